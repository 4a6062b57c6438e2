import { expect } from 'vitest'

/** Everything this run learnt that must never be seen again: passwords, codes, tokens and signatures, sent or received. */
const known = new Set<string>()
const SECRET_FIELDS = new Set(['password', 'token', 'code', 'refreshToken', 'accessToken'])
const URL_FIELDS = new Set(['url', 'location'])
/** Shorter than any code: a chance find would say nothing. */
const SHORTEST = 8

export function remember(secret: string): void {
  if (secret.length >= SHORTEST) known.add(secret)
}

/** Where they are meant to stand: by the name of a field, and as the signature of a URL that opens a file. */
export function secretsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([field, value]) => {
    if (typeof value === 'string') return SECRET_FIELDS.has(field) ? [value] : signatureIn(field, value)
    if (field === 'put') return secretsIn(value)
    return field === 'parts' && Array.isArray(value) ? value.flatMap(secretsIn) : []
  })
}

function signatureIn(field: string, value: string): string[] {
  const signature = URL_FIELDS.has(field) ? /[?&]X-Amz-Signature=([0-9a-f]+)/.exec(value)?.[1] : undefined
  return signature === undefined ? [] : [signature]
}

export function expectNoSecret(text: string, where: string): void {
  for (const secret of known) {
    const told = text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1))
    expect(told, `${where} tells a secret: ${text.slice(0, 500)}`).toBe(false)
  }
}
