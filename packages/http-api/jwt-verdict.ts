import { type HttpAnswer, ownAnswer } from './answer.ts'
import { type Claims, claimsAsStrings, objectionTo, scopesOf, type TokenRules } from './jwt-claims.ts'

/** What a handler sees as `requestContext.authorizer.jwt`. */
export type JwtContext = { claims: Record<string, string>; scopes: string[] | null }

export type JwtVerdict = { jwt: JwtContext } | { refusal: HttpAnswer }

export function refuseMissingToken(): JwtVerdict {
  return refuse(401, 'Bearer', 'no token')
}

export function refuseToken(objection: string, routeScopes: string[]): JwtVerdict {
  return refuse(401, challenge(routeScopes, 'invalid_token', objection), objection)
}

/**
 * Decides on the claims of a token whose signature is right. One of the route's scopes is enough. The handler then sees
 * all scopes of the token, and none of them when the route asks for none.
 */
export function judgeClaims(
  claims: Claims,
  rules: TokenRules,
  { routeScopes, nowSeconds }: { routeScopes: string[]; nowSeconds: number },
): JwtVerdict {
  const objection = objectionTo(claims, rules, nowSeconds)
  if (objection) return refuseToken(objection, routeScopes)
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

function refuse(status: 401 | 403, wwwAuthenticate: string, reason: string): JwtVerdict {
  return { refusal: ownAnswer(status, reason, [['www-authenticate', wwwAuthenticate]]) }
}
