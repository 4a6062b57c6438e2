import { compactVerify, decodeProtectedHeader, type JWK, type ProtectedHeaderParameters } from 'jose'
import { type Answer, ownAnswer } from './answer.ts'
import type { Authorizer } from './http-api.ts'
import { discoverIssuer, type IssuerKeys } from './issuer-keys.ts'
import { type Claims, claimsAsStrings, objectionTo, scopesOf } from './jwt-claims.ts'

/** RSA only; whether AWS takes PS256 and its kin is unconfirmed. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512']

/** What a handler sees as `requestContext.authorizer.jwt`. */
export type JwtContext = { claims: Record<string, string>; scopes: string[] | null }

export type Verdict = { jwt: JwtContext } | { refusal: Answer }
export type JwtAuthorizer = (authorization: string | undefined, routeScopes?: string[]) => Promise<Verdict>

/** Rejects, as a deployment would fail, when the issuer's discovery document cannot be had. */
export async function startJwtAuthorizer(
  authorizer: Authorizer,
  jwksCacheMilliseconds: number,
): Promise<JwtAuthorizer> {
  const keys = await discoverIssuer(authorizer.issuer, jwksCacheMilliseconds)
  return async (authorization, routeScopes = []) => {
    if (!authorization) return refuse(401, 'Bearer', 'no token')
    let verified: Verified
    try {
      verified = await verifySignature(authorization.replace(/^Bearer /, ''), keys)
    } catch (error) {
      return { refusal: ownAnswer(500, `the issuer's keys cannot be had: ${error}`) }
    }
    const { claims = {}, objection = objectionTo(claims, authorizer, Date.now() / 1000) } = verified
    if (objection) return refuse(401, challenge(routeScopes, 'invalid_token', objection), objection)
    return decideOnScopes(claims, routeScopes)
  }
}

type Verified = { claims: Claims; objection?: undefined } | { claims?: undefined; objection: string }

/** Rejects when the issuer's keys cannot be had: that is no fault of the token. */
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

async function claimsOf(token: string, key: JWK): Promise<Claims | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ALGORITHMS })
    const claims: unknown = JSON.parse(Buffer.from(payload).toString())
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

/** Any one of the route's scopes suffices; the handler sees all of the token's, and none when the route asks for none. */
function decideOnScopes(claims: Claims, routeScopes: string[]): Verdict {
  const scopes = scopesOf(claims)
  const strings = claimsAsStrings(claims)
  if (routeScopes.length === 0) return { jwt: { claims: strings, scopes: null } }
  if (routeScopes.some((scope) => scopes.includes(scope))) return { jwt: { claims: strings, scopes } }
  const reason = 'the token does not have a required scope'
  return refuse(403, challenge(routeScopes, 'insufficient_scope', reason), reason)
}

function challenge(scopes: string[], error: string, description: string): string {
  return `Bearer scope="${scopes.join(' ')}" error="${error}" error_description="${description}"`
}

function refuse(status: 401 | 403, wwwAuthenticate: string, reason: string): Verdict {
  return { refusal: ownAnswer(status, reason, [['www-authenticate', wwwAuthenticate]]) }
}
