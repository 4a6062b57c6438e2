export type Claims = Record<string, unknown>

/** What an API expects of its tokens. */
export type TokenRules = { issuer: string; audience: string[] }

/** A handler gets all claims as strings. Measured on AWS: arrays as "[a b]", objects as JSON, null left out. */
export function claimsAsStrings(claims: Claims): Record<string, string> {
  const present = Object.entries(claims).filter(([, value]) => value !== null)
  return Object.fromEntries(present.map(([name, value]) => [name, asString(value)]))
}

function asString(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asString).join(' ')}]`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** All of the token's scopes: `scp`, else `scope`. */
export function scopesOf({ scp, scope }: Claims): string[] {
  const value = scp ?? scope
  if (typeof value === 'string') return value.split(/\s+/).filter(Boolean)
  return Array.isArray(value) ? value.map(String) : []
}

/**
 * Why the authorizer refuses these claims, or undefined. It has only the rules of the API Gateway Developer Guide,
 * "Control access to HTTP APIs with JWT authorizers": it looks at neither typ nor jti, and knows no sessions.
 */
export function objectionTo(claims: Claims, { issuer, audience }: TokenRules, nowSeconds: number): string | undefined {
  const { iss, exp, nbf, iat } = claims
  if (iss !== issuer) return 'the token has an invalid issuer'
  if (!isMeantFor(claims, audience)) return 'the token does not have a valid audience'
  // Not checked on AWS: a token without exp. It is refused here, because no issuer should give one out.
  if (typeof exp !== 'number' || exp <= nowSeconds) return 'the token has expired'
  if (isAhead(nbf, nowSeconds) || isAhead(iat, nowSeconds)) return 'the token is not valid yet'
  return undefined
}

/** `client_id` counts only when `aud` is absent. */
function isMeantFor({ aud, client_id: clientId }: Claims, audience: string[]): boolean {
  const named: unknown[] = aud === undefined ? [clientId] : [aud].flat()
  return named.some((name) => typeof name === 'string' && audience.includes(name))
}

function isAhead(time: unknown, nowSeconds: number): boolean {
  return time !== undefined && !(typeof time === 'number' && time <= nowSeconds)
}
