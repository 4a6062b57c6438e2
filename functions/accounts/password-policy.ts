import { domainToUnicode } from 'node:url'

export type PasswordWeakness = 'malformed' | 'too_short' | 'too_long' | 'too_simple'

type PasswordContext = { address: string; productName: string; isListed: (lowerCaseWord: string) => boolean }

const MIN_LENGTH = 15
const MAX_LENGTH = 256
// One code point of NFC text can be written with up to 6 UTF-16 units. This limit is checked before normalising,
// because that takes time quadratic in combining marks.
const MAX_UNITS = 6 * MAX_LENGTH
const MIN_REMAINDER = 8
const MIN_REPEAT = 4
const MAX_LANES = 4
const MAX_SEPARATORS = 2

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu
const SYMBOL = /[\p{P}\p{Z}\p{Sc}\p{Sm}\p{Sk}\p{Cc}]/gu

const KEYBOARD_ROWS = [
  ['1234567890', '!@#$%^&*()_+'],
  ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm'],
  ['qwertzuiopü', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn', 'йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю'],
].flat()
const KEYBOARD_TRIPLES = new Set(KEYBOARD_ROWS.flatMap((row) => [...triples(row), ...triples(reversed(row))]))

// The rule does not name these, but an attacker who tries "password" also tries "P@ssw0rd". 1 is tried as i and as l.
const LOOK_ALIKES: Record<string, string> = {
  '@': 'a',
  $: 's',
  '!': 'i',
  0: 'o',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
}

/** Why a password is refused. Length counts code points of NFC, the form that is hashed; nothing else is altered. */
export function passwordWeakness(
  password: string,
  { address, productName, isListed }: PasswordContext,
): PasswordWeakness | undefined {
  if (password.length > MAX_UNITS) return 'too_long'
  // Encoding turns every lone surrogate into U+FFFD, so two different passwords would open the same account.
  if (!password.isWellFormed()) return 'malformed'
  const hashed = password.normalize('NFC')
  const { length } = characters(hashed)
  if (length < MIN_LENGTH) return 'too_short'
  if (length > MAX_LENGTH) return 'too_long'
  return isTooSimple(fold(hashed), contextWords(address, productName), isListed) ? 'too_simple' : undefined
}

function isTooSimple(folded: string, context: string[], isListed: PasswordContext['isListed']): boolean {
  const strips = [
    (text: string) => withoutWords(text, context),
    (text: string) => shortenRuns(text, 1),
    (text: string) => shortenRuns(text, 2),
    withoutRepeats,
    withoutSequences,
  ]
  const leavesTooLittle = (reading: string) => {
    const symbols = countSymbols(reading)
    return combinations(strips, reading.replace(SYMBOL, '')).some(
      (rest) =>
        characters(withoutTrailingDigits(rest)).length + symbols < MIN_REMAINDER || isOneListedWord(rest, isListed),
    )
  }
  const readings = [folded, folded.replace(/[@$!]/g, (symbol) => LOOK_ALIKES[symbol] ?? symbol)]
  return isListed(folded) || readings.some(leavesTooLittle)
}

/**
 * Symbols can be separators ("p-a-s-s") or the whole password ("}{~^%"). Up to two kinds count as separators, which add
 * nothing; of more kinds, each counts once.
 */
function countSymbols(text: string): number {
  const kinds = new Set(withoutSequences((text.match(SYMBOL) ?? []).join('')))
  return kinds.size > MAX_SEPARATORS ? kinds.size : 0
}

/** Every combination of strips, in order: one can break a word that another would find ("com" in "communication"). */
function combinations(strips: ((text: string) => string)[], text: string): string[] {
  const found = new Set([text])
  for (const strip of strips) for (const rest of [...found]) found.add(strip(rest))
  return [...found]
}

function isOneListedWord(text: string, isListed: PasswordContext['isListed']): boolean {
  const core = withoutTrailingDigits(text)
  const spellings = [text, core, core.replace(/^\p{Nd}+/u, '')]
  return spellings.some((word) => isListed(word) || isListed(unmask(word, 'i')) || isListed(unmask(word, 'l')))
}

/** For the check only. A character that folds to several characters is left as it is: one of them folds to eighteen. */
function fold(password: string): string {
  const folded = characters(password).map((character) => {
    const plain = character.normalize('NFKC').toLowerCase()
    return characters(plain).length === 1 ? plain : character
  })
  return folded.join('').replace(IGNORABLE, '')
}

function contextWords(address: string, productName: string): string[] {
  const [local = '', domain = ''] = address.toLowerCase().split('@')
  const pieces = [productName.toLowerCase(), local, ...domainToUnicode(domain).split('.')].flatMap((part) => [
    part.replace(SYMBOL, ''),
    ...part.split(/[^\p{L}\p{N}\p{M}]+/u),
    ...part.split(/[^\p{L}\p{M}]+/u),
  ])
  const words = pieces.filter((piece) => characters(piece).length >= 3)
  return [...new Set(words)].sort((a, b) => b.length - a.length)
}

function withoutWords(text: string, words: string[]): string {
  return words.reduce((rest, word) => rest.replaceAll(word, ''), text)
}

/** Two equal characters are no run: words have doubles. A run can contain the double of a word ("footballlllll"). */
function shortenRuns(text: string, remaining: 1 | 2): string {
  return text.replace(/(.)\1{2,}/gu, (_, character: string) => character.repeat(remaining))
}

/** Drops characters that repeat an earlier part of the text, wherever that part is. */
function withoutRepeats(text: string): string {
  const all = characters(text)
  const repeated = new Set<number>()
  for (let distance = 1; distance < all.length; distance++) {
    markStreaks(all.length, MIN_REPEAT, (at) => at >= distance && all[at] === all[at - distance], repeated)
  }
  return all.filter((_, at) => !repeated.has(at)).join('')
}

/** Drops "abc", "321" and "wert", also when up to four sequences are interleaved: "1q2w3e", "qazwsxedc". */
function withoutSequences(text: string): string {
  const all = characters(text)
  const predictable = new Set<number>()
  for (let lanes = 1; lanes <= MAX_LANES; lanes++) {
    const ends = new Set<number>()
    const endsTriple = (at: number) => isSequence(all[at - 2 * lanes], all[at - lanes], all[at], lanes > 1)
    markStreaks(all.length, lanes, endsTriple, ends)
    for (const end of ends) for (const at of [end, end - lanes, end - 2 * lanes]) predictable.add(at)
  }
  return all.filter((_, at) => !predictable.has(at)).join('')
}

function markStreaks(length: number, minimum: number, holds: (at: number) => boolean, marked: Set<number>): void {
  let start = 0
  for (let at = 0; at <= length; at++) {
    if (at < length && holds(at)) continue
    if (at - start >= minimum) for (let hit = start; hit < at; hit++) marked.add(hit)
    start = at + 1
  }
}

function isSequence(a: string | undefined, b: string | undefined, c: string | undefined, mayStand: boolean): boolean {
  if (a === undefined || b === undefined || c === undefined) return false
  const step = codePoint(b) - codePoint(a)
  const isEven = codePoint(c) - codePoint(b) === step
  return (isEven && (Math.abs(step) === 1 || (mayStand && step === 0))) || KEYBOARD_TRIPLES.has(a + b + c)
}

/** A text of digits only stays as it is: a long random number is an acceptable password. */
function withoutTrailingDigits(text: string): string {
  const core = text.replace(/\p{Nd}+$/u, '')
  return core === '' ? text : core
}

function unmask(word: string, one: string): string {
  return word.replace(/[0134578]/g, (digit) => (digit === '1' ? one : (LOOK_ALIKES[digit] ?? digit)))
}

function triples(row: string): string[] {
  return characters(row)
    .slice(2)
    .map((_, at) => row.slice(at, at + 3))
}

function reversed(row: string): string {
  return characters(row).reverse().join('')
}

function characters(text: string): string[] {
  return Array.from(text)
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}
