import { hashOf, newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'

/** Undefined without the header. Each route decides what the key means. */
export function idempotencyKey(headers: Record<string, string | undefined>): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new LetheError('invalid_input', {
    errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible characters' }],
  })
}

/** A repeated request gets the same id, made from caller, route and key. Without a key, the id is new. */
export const idFor = (caller: string, route: string, key: string | undefined) =>
  key === undefined ? newId() : hashOf(JSON.stringify([caller, route, key])).slice(0, 22)
