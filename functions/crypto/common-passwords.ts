import { dictionary } from '@zxcvbn-ts/language-common'

let words: Set<string> | undefined

/**
 * Whether a lower-case word is among the passwords people choose most, or a single word of the usual passphrase list.
 * It adds some 400 KB to a bundle, so only functions that set a password may import this file.
 */
export function isListed(word: string): boolean {
  words ??= new Set([...dictionary['passwords-common'], ...dictionary['diceware-common']])
  return words.has(word)
}
