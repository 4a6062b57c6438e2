import { createPublicKey, verify } from 'node:crypto'

const json = (part) => JSON.parse(Buffer.from(part, 'base64url').toString())

/** Gives the claims of a valid RS256 token in an authorization header, or undefined. */
export function tokenCheck({ publicKey, issuer, audience }) {
  const key = createPublicKey(publicKey)
  return (authorization = '') => {
    try {
      const [header, payload, signature] = authorization.replace(/^Bearer /, '').split('.')
      if (json(header).alg !== 'RS256') return undefined
      const signed = Buffer.from(`${header}.${payload}`)
      if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined
      const claims = json(payload)
      const valid = claims.iss === issuer && claims.aud === audience && claims.exp > Date.now() / 1000
      return valid ? claims : undefined
    } catch {
      return undefined
    }
  }
}
