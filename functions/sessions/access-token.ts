import { decodeProtectedHeader, type JWK, jwtVerify, SignJWT } from 'jose'
import { LetheError } from '../errors.ts'

export type AccessClaims = { userId: string; sid: string; gen: number }
export type TokenNames = { issuer: string; audience: string }
export type SigningKey = { kid: string; jwk: JWK }
export type FindKey = (kid: string, now: number) => Promise<JWK | undefined>

export const ACCESS_TOKEN_LIFE = 600
/** The gateway refuses an `iat` or `nbf` that its clock has not reached. */
const BACKDATE = 5
const ALGORITHM = 'RS256'
const TYPE = 'at+jwt'

type SignOptions = TokenNames & { clientId: string; jti: string; now: number }

/** RFC 9068. Every claim is a flat string or number: the gateway would garble anything else. */
export function signAccessToken(key: SigningKey, claims: AccessClaims, options: SignOptions): Promise<string> {
  const { issuer, audience, clientId, jti, now } = options
  return new SignJWT({ client_id: clientId, sid: claims.sid, gen: claims.gen })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(claims.userId)
    .setJti(jti)
    .setIssuedAt(now - BACKDATE)
    .setNotBefore(now - BACKDATE)
    .setExpirationTime(now + ACCESS_TOKEN_LIFE)
    .sign(key.jwk)
}

/** Every protected handler does this itself: the gateway checks neither `typ` nor whether a key was withdrawn. */
export async function verifyAccessToken(
  token: string,
  findKey: FindKey,
  { issuer, audience }: TokenNames,
  now: number,
): Promise<AccessClaims> {
  const jwk = await findKey(kidOf(token), now)
  if (!jwk) throw new LetheError('token_invalid')
  const { payload } = await jwtVerify(token, jwk, {
    algorithms: [ALGORITHM],
    typ: TYPE,
    issuer,
    audience,
    requiredClaims: ['exp', 'iat', 'jti', 'client_id'],
    currentDate: new Date(now * 1000),
  }).catch((cause: unknown) => {
    throw new LetheError('token_invalid', { cause })
  })
  const { sub, sid, gen, aud } = payload
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof gen !== 'number' || typeof aud !== 'string') {
    throw new LetheError('token_invalid')
  }
  return { userId: sub, sid, gen }
}

function kidOf(token: string): string {
  try {
    const { kid } = decodeProtectedHeader(token)
    if (typeof kid === 'string') return kid
  } catch (cause) {
    throw new LetheError('token_invalid', { cause })
  }
  throw new LetheError('token_invalid')
}
