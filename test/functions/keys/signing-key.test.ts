import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newSigningKey, publicPart } from '../../../functions/keys/signing-key.ts'

describe('a signing key', async () => {
  const { kid, jwk } = await newSigningKey()

  it('is RSA with 3072 bits and the usual exponent', () => {
    const modulus = Buffer.from(jwk.n ?? '', 'base64url')
    expect(jwk.kty).toBe('RSA')
    expect(modulus).toHaveLength(3072 / 8)
    expect(modulus.readUInt8(0)).toBeGreaterThanOrEqual(128)
    expect(jwk.e).toBe('AQAB')
    expect(jwk.d).toBeDefined()
  })

  it('is named by its thumbprint (RFC 7638)', () => {
    const members = JSON.stringify({ e: jwk.e, kty: 'RSA', n: jwk.n })
    expect(kid).toBe(createHash('sha256').update(members).digest('base64url'))
  })

  it('shows of itself the modulus and the exponent, nothing private', () => {
    expect(publicPart(jwk)).toEqual({ kty: 'RSA', n: jwk.n, e: jwk.e })
  })

  it('cannot be of another type', () => {
    expect(() => publicPart({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' })).toThrow('not an RSA key')
    expect(() => publicPart({ kty: 'RSA', e: 'AQAB' })).toThrow('not an RSA key')
    expect(() => publicPart({ kty: 'oct', k: 'secret' })).toThrow('not an RSA key')
  })

  it('is another one each time', async () => {
    expect((await newSigningKey()).kid).not.toBe(kid)
  })
})
