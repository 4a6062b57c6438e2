import { LetheError } from '../errors.ts'

export const MOST_NAME_BYTES = 255

const FORBIDDEN = /[\p{Cc}\p{Noncharacter_Code_Point}/\\\u202a-\u202e\u2066-\u2069]/u

/**
 * Each name has one spelling, and none that a file system, a shell or a reader takes for something else. A wrong name
 * is refused and never corrected silently, so every item has exactly the name that was asked for.
 */
export function checkName(name: string): void {
  const wrong = wrongIn(name)
  if (wrong) throw new LetheError('name_invalid', { errors: [{ field: 'name', message: wrong }] })
}

/** Checks that a name can begin with this prefix. */
export function checkPrefix(prefix: string): void {
  const isSpelledOnce = prefix.isWellFormed() && prefix.normalize('NFC') === prefix
  if (isSpelledOnce && !FORBIDDEN.test(prefix)) return
  throw new LetheError('name_invalid', { errors: [{ field: 'prefix', message: 'no name begins like this' }] })
}

function wrongIn(name: string): string | undefined {
  if (!name.isWellFormed()) return 'must be well-formed Unicode'
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) return `must be at most ${MOST_NAME_BYTES} bytes of UTF-8`
  if (name.normalize('NFC') !== name) return 'must be in Unicode normal form C'
  if (FORBIDDEN.test(name)) return 'must not contain slashes, control or direction characters'
  if (name.trim() !== name) return 'must not begin or end with a space'
  if (name === '.' || name === '..') return 'must not be . or ..'
  if (!/[^\p{Z}\p{Cf}\p{M}]/u.test(name)) return 'must not be empty'
  return undefined
}
