export const MOST_TAGS = 50
export const MOST_TAG_LENGTH = 64
const MOST_BYTES = 8192
const MOST_DEPTH = 16

/** Keys that a careless merge would take for a prototype. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** What is wrong with the custom metadata as parsed from JSON; undefined when nothing is wrong. */
export function checkCustom(custom: unknown): string | undefined {
  if (typeof custom !== 'object' || custom === null || Array.isArray(custom)) return 'must be an object'
  const wrong = wrongIn(custom, 1)
  if (wrong) return wrong
  // Checked last, because a value that is nested without limit cannot be written as JSON.
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
  // JSON can contain 1e999, which is parsed as Infinity and would come back as null.
  return typeof value === 'number' && !Number.isFinite(value) ? 'must not hold numbers without bound' : undefined
}

function wrongKey(key: string): string | undefined {
  if (FORBIDDEN_KEYS.includes(key)) return `must not hold the keys ${FORBIDDEN_KEYS.join(', ')}`
  return wrongLeaf(key)
}
