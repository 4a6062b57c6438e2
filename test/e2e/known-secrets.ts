import { expect } from 'vitest'

/** Everything this run learnt that must never be seen again: passwords, codes and tokens, sent or received. */
const known = new Set<string>()
const SECRET_FIELDS = new Set(['password', 'token', 'code', 'refreshToken', 'accessToken'])
/** Shorter than any code: a chance find would say nothing. */
const SHORTEST = 8

export function remember(secret: string): void {
  if (secret.length >= SHORTEST) known.add(secret)
}

export function rememberFields(json: unknown): void {
  if (typeof json !== 'object' || json === null) return
  for (const [field, value] of Object.entries(json)) {
    if (SECRET_FIELDS.has(field) && typeof value === 'string') remember(value)
  }
}

export function expectNoSecret(text: string, where: string): void {
  for (const secret of known) {
    const told = text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1))
    expect(told, `${where} tells a secret: ${text.slice(0, 500)}`).toBe(false)
  }
}
