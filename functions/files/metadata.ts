export const MOST_TAGS = 50
export const MOST_TAG_LENGTH = 64
const MOST_BYTES = 8192
const MOST_DEPTH = 16

/** What a careless merge would take for a prototype. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** What is wrong with it as an object of a caller's own, as JSON gave it; undefined when nothing is. */
export function checkCustom(custom: unknown): string | undefined {
  if (typeof custom !== 'object' || custom === null || Array.isArray(custom)) return 'must be an object'
  const wrong = wrongIn(custom, 1)
  if (wrong) return wrong
  // Only now: what is nested without bound cannot be written as JSON.
  return Buffer.byteLength(JSON.stringify(custom)) > MOST_BYTES
    ? `must be at most ${MOST_BYTES} bytes of JSON`
    : undefined
}

function wrongIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return wrongLeaf(value)
  if (depth > MOST_DEPTH) return `must be nested at most ${MOST_DEPTH} deep`
  for (const [key, entry] of Object.entries(value)) {
    const wrong = wrongKey(key) ?? wrongIn(entry, depth + 1)
    if (wrong) return wrong
  }
  return undefined
}

function wrongLeaf(value: unknown): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'must be well-formed Unicode'
  // JSON can say 1e999; it would come back as null.
  return typeof value === 'number' && !Number.isFinite(value) ? 'must not hold numbers without bound' : undefined
}

function wrongKey(key: string): string | undefined {
  if (FORBIDDEN_KEYS.includes(key)) return `must not hold the keys ${FORBIDDEN_KEYS.join(', ')}`
  return wrongLeaf(key)
}
