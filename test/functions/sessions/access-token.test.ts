import { createHmac, createPrivateKey, createPublicKey, type JsonWebKey, randomUUID, sign } from 'node:crypto'
import {
  CompactSign,
  decodeJwt,
  decodeProtectedHeader,
  FlattenedSign,
  GeneralSign,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
} from 'jose'
import { describe, expect, it } from 'vitest'
import { newSigningKey, publicPart } from '../../../functions/keys/signing-key.ts'
import { ACCESS_TOKEN_LIFE, signAccessToken, verifyAccessToken } from '../../../functions/sessions/access-token.ts'
import { anId, NOW } from '../../helpers/builders.ts'

const NAMES = { issuer: 'https://issuer.example.com', audience: 'lethe' }
const CLAIMS = { userId: anId(), sid: anId(), gen: 3 }
const JTI = anId()

const key = await newSigningKey()
const stranger = await newSigningKey()
const publicKey = publicPart(key.jwk)
const findKey = async (kid: string): Promise<JWK | undefined> => (kid === key.kid ? publicKey : undefined)

const verify = (token: string, now = NOW) => verifyAccessToken(token, findKey, NAMES, now)
const genuine = () => signAccessToken(key, CLAIMS, { ...NAMES, clientId: 'app', jti: JTI, now: NOW })

const HEADER: JWTHeaderParameters = { alg: 'RS256', typ: 'at+jwt', kid: key.kid }
const PAYLOAD = {
  iss: NAMES.issuer,
  aud: NAMES.audience,
  sub: CLAIMS.userId,
  client_id: 'app',
  jti: JTI,
  iat: NOW - 5,
  nbf: NOW - 5,
  exp: NOW + 600,
  sid: CLAIMS.sid,
  gen: 3,
}
type Changes = Record<string, unknown>

/** Signed with our own key, so that nothing but the change can be what is refused. */
function signed(payload: Changes = {}, header: Changes = {}, jwk: Parameters<CompactSign['sign']>[0] = key.jwk) {
  const body = new TextEncoder().encode(JSON.stringify({ ...PAYLOAD, ...payload }))
  return new CompactSign(body).setProtectedHeader({ ...HEADER, ...header }).sign(jwk)
}

/** For what jose refuses to sign. */
function signedByHand(header: Changes) {
  const content = unsigned(header)
  const privateKey = createPrivateKey({ key: key.jwk as JsonWebKey, format: 'jwk' })
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (header: Changes) => `${encode({ ...HEADER, ...header })}.${encode(PAYLOAD)}`

describe('an access token', () => {
  it('holds exactly the claims of RFC 9068, the session and its generation, all flat', async () => {
    const token = await genuine()
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: key.kid })
    expect(decodeJwt(token)).toEqual(PAYLOAD)
    for (const value of Object.values(decodeJwt(token))) expect(typeof value).toMatch(/^(string|number)$/)
  })

  it('says who asks', async () => {
    expect(await verify(await genuine())).toEqual(CLAIMS)
    expect(await verify(await signed())).toEqual(CLAIMS)
    expect(await verify(signedByHand({}))).toEqual(CLAIMS)
  })

  it('lives ten minutes, to the second', async () => {
    const token = await genuine()
    expect(ACCESS_TOKEN_LIFE).toBe(600)
    expect(await verify(token, NOW + 599)).toEqual(CLAIMS)
    await expect(verify(token, NOW + 600)).rejects.toMatchObject({ code: 'token_invalid' })
  })

  it('counts a few seconds before it was made, for a gateway whose clock is behind', async () => {
    const token = await genuine()
    expect(await verify(token, NOW - 5)).toEqual(CLAIMS)
    await expect(verify(token, NOW - 6)).rejects.toMatchObject({ code: 'token_invalid' })
  })

  it('is dead when its key is no longer listed', async () => {
    const token = await genuine()
    const none = async () => undefined
    await expect(verifyAccessToken(token, none, NAMES, NOW)).rejects.toMatchObject({ code: 'token_invalid' })
  })

  it('is neither refused nor accepted when the keys cannot be read', async () => {
    const unreadable = () => Promise.reject(new Error('no store'))
    await expect(verifyAccessToken(await genuine(), unreadable, NAMES, NOW)).rejects.toThrow('no store')
  })
})

describe('a forged access token is refused', () => {
  const pem = createPublicKey({ key: publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const hmac = (secret: string | Buffer) => {
    const head = unsigned({ alg: 'HS256' })
    return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`
  }
  const content = new TextEncoder().encode(JSON.stringify(PAYLOAD))
  const parts = async () => {
    const [header = '', payload = '', signature = ''] = (await genuine()).split('.')
    return { header, payload, signature }
  }

  it.each<[string, () => Promise<string>]>([
    ['nothing', async () => ''],
    ['alg none without a signature', async () => `${unsigned({ alg: 'none' })}.`],
    ['alg None', async () => `${unsigned({ alg: 'None' })}.`],
    ['alg none over a genuine signature', async () => `${unsigned({ alg: 'none' })}.${(await parts()).signature}`],
    ['HS256 with the public key as PEM', async () => hmac(pem as string)],
    ['HS256 with the public modulus', async () => hmac(Buffer.from(publicKey.n, 'base64url'))],
    ['HS256 with an empty secret', async () => hmac('')],
    ['PS256 with our own key', () => signed({}, { alg: 'PS256' }, { ...key.jwk, alg: 'PS256' })],
    ['RS512 with our own key', () => signed({}, { alg: 'RS512' }, { ...key.jwk, alg: 'RS512' })],
    ['ES256', async () => signed({}, { alg: 'ES256' }, (await generateKeyPair('ES256')).privateKey)],
    ['a stranger’s key under our kid', () => signed({}, {}, stranger.jwk)],
    ['a stranger’s key under its own kid', () => signed({}, { kid: stranger.kid }, stranger.jwk)],
    ['a key that the token brings along', () => signed({}, { jwk: publicPart(stranger.jwk) }, stranger.jwk)],
    ['a key from an address in the token', () => signed({}, { jku: 'https://evil.example/jwks' }, stranger.jwk)],
    ['no kid', () => signed({}, { kid: undefined })],
    ['a kid that is no text', () => signed({}, { kid: 7 })],
    ['a kid that every object has', () => signed({}, { kid: 'constructor' })],
    ['typ JWT', () => signed({}, { typ: 'JWT' })],
    ['no typ', () => signed({}, { typ: undefined })],
    ['the typ of another kind of token', () => signed({}, { typ: 'id+jwt' })],
    ['an extension that must be understood', async () => signedByHand({ crit: ['x'], x: 1 })],
    ['another issuer', () => signed({ iss: 'https://evil.example.com' })],
    ['our issuer with a slash', () => signed({ iss: `${NAMES.issuer}/` })],
    ['no issuer', () => signed({ iss: undefined })],
    ['another audience', () => signed({ aud: 'other' })],
    ['a list of audiences with ours', () => signed({ aud: [NAMES.audience, 'other'] })],
    ['a list of only our audience', () => signed({ aud: [NAMES.audience] })],
    ['no audience', () => signed({ aud: undefined })],
    ['no expiry', () => signed({ exp: undefined })],
    ['an expiry that is a text', () => signed({ exp: String(NOW + 600) })],
    ['an expiry that is this second', () => signed({ exp: NOW })],
    ['expired by one second', () => signed({ exp: NOW - 1 })],
    ['valid from the next second on', () => signed({ nbf: NOW + 1 })],
    ['a start that is a text', () => signed({ nbf: String(NOW - 5) })],
    ['no time of issue', () => signed({ iat: undefined })],
    ['a time of issue that is a text', () => signed({ iat: String(NOW - 5) })],
    ['no id', () => signed({ jti: undefined })],
    ['no client', () => signed({ client_id: undefined })],
    ['no user', () => signed({ sub: undefined })],
    ['a user that is a number', () => signed({ sub: 7 })],
    ['no session', () => signed({ sid: undefined })],
    ['a session that is a list', () => signed({ sid: [CLAIMS.sid] })],
    ['no generation', () => signed({ gen: undefined })],
    ['a generation that is a text', () => signed({ gen: '3' })],
    ['a generation that is null', () => signed({ gen: null })],
    [
      'a payload changed after signing',
      async () => (await genuine()).replace(/\.[^.]+\./, `.${encode({ ...PAYLOAD, sub: anId() })}.`),
    ],
    ['a signature cut short', async () => (await genuine()).slice(0, -4)],
    ['a signature left out', async () => (await genuine()).replace(/[^.]+$/, '')],
    ['a part too many', async () => `${await genuine()}.e30`],
    ['a part too few', async () => (await genuine()).split('.').slice(0, 2).join('.')],
    ['five parts, as encryption has', async () => `${await genuine()}.e30.e30`],
    ['a line end inside', async () => (await genuine()).replace('.', '.\n')],
    ['base64 with padding', async () => (await genuine()).replace('.', '=.')],
    [
      'JSON serialisation, flattened',
      async () => JSON.stringify(await new FlattenedSign(content).setProtectedHeader(HEADER).sign(key.jwk)),
    ],
    [
      'JSON serialisation, general',
      async () =>
        JSON.stringify(await new GeneralSign(content).addSignature(key.jwk).setProtectedHeader(HEADER).done().sign()),
    ],
    ['a random text', async () => randomUUID()],
  ])('%s', async (_, forge) => {
    await expect(verify(await forge())).rejects.toMatchObject({ code: 'token_invalid' })
  })
})
