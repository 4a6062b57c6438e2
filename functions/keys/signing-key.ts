import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** RSA, because the gateway accepts nothing else; 3072 bits, for a security strength of 128 bits. */
export async function newSigningKey(): Promise<{ kid: string; jwk: JWK }> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 3072, extractable: true })
  const jwk = await exportJWK(privateKey)
  return { kid: await calculateJwkThumbprint(jwk), jwk }
}

export function publicPart({ kty, n, e }: JWK): { kty: 'RSA'; n: string; e: string } {
  if (kty !== 'RSA' || !n || !e) throw new Error('not an RSA key')
  return { kty: 'RSA', n, e }
}
