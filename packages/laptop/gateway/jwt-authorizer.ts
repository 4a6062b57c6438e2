import { ownAnswer } from '@lethe/http-api/answer.ts'
import type { Claims, TokenRules } from '@lethe/http-api/jwt-claims.ts'
import { type JwtVerdict, judgeClaims, refuseMissingToken, refuseToken } from '@lethe/http-api/jwt-verdict.ts'
import { compactVerify, decodeProtectedHeader, type JWK, type ProtectedHeaderParameters } from 'jose'
import { discoverIssuer, type IssuerKeys } from './issuer-keys.ts'

/** RSA only. Not checked on AWS: whether it takes PS256 and the like. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512']

export type JwtAuthorizer = (authorization: string | undefined, routeScopes?: string[]) => Promise<JwtVerdict>

/** Rejects if the issuer's discovery document cannot be fetched: a deployment would fail too. */
export async function startJwtAuthorizer(rules: TokenRules, jwksCacheMilliseconds: number): Promise<JwtAuthorizer> {
  const keys = await discoverIssuer(rules.issuer, jwksCacheMilliseconds)
  return async (authorization, routeScopes = []) => {
    if (!authorization) return refuseMissingToken()
    let verified: Verified
    try {
      verified = await verifySignature(authorization.replace(/^Bearer /, ''), keys)
    } catch (error) {
      return { refusal: ownAnswer(500, `the issuer's keys cannot be had: ${error}`) }
    }
    if ('objection' in verified) return refuseToken(verified.objection, routeScopes)
    return judgeClaims(verified.claims, rules, { routeScopes, nowSeconds: Date.now() / 1000 })
  }
}

type Verified = { claims: Claims } | { objection: string }

/** Rejects if the issuer's keys cannot be fetched. Then nothing is known about the token. */
async function verifySignature(token: string, keys: IssuerKeys): Promise<Verified> {
  const header = headerOf(token)
  if (!header) return { objection: 'the token is malformed' }
  if (!ALGORITHMS.includes(header.alg ?? '')) return { objection: 'the token has an invalid signing method' }
  const key = header.kid === undefined ? undefined : await keys.find(header.kid)
  const claims = key && (await claimsOf(token, key))
  return claims ? { claims } : { objection: 'the token has an invalid signature' }
}

function headerOf(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return undefined
  }
}

/** The claims of tokens whose signature was right, by the key that has verified it: forgotten with the key set. */
const verified = new WeakMap<JWK, Map<string, Claims>>()
const KEPT_TOKENS = 1000

async function claimsOf(token: string, key: JWK): Promise<Claims | undefined> {
  const kept = verified.get(key) ?? new Map<string, Claims>()
  verified.set(key, kept)
  const known = kept.get(token)
  if (known) return known
  const claims = await verifiedClaims(token, key)
  if (kept.size >= KEPT_TOKENS) kept.clear()
  if (claims) kept.set(token, claims)
  return claims
}

async function verifiedClaims(token: string, key: JWK): Promise<Claims | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ALGORITHMS })
    const claims: unknown = JSON.parse(Buffer.from(payload).toString())
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}
