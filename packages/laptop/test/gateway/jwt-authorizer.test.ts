import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Received } from '@lethe/http-api/test/send-request.ts'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type ApiTest, serveDocuments, startApi } from './an-api.ts'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

let ours: KeyPair
let stranger: KeyPair

beforeAll(async () => {
  ;[ours, stranger] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
})

const now = () => Math.floor(Date.now() / 1000)

async function jwkOf({ publicKey }: KeyPair, kid: string) {
  return { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }
}

/** An issuer on the loopback address, and a gateway with one protected route. */
async function startProtected(options: ApiTest & { scopes?: string[]; audience?: string[] } = {}) {
  const documents: Record<string, unknown> = {}
  const issuer = await serveDocuments(documents)
  documents['/.well-known/openid-configuration'] = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
  documents['/keys'] = { keys: [await jwkOf(ours, 'k1')] }
  const { scopes, audience = ['sample'] } = options
  const protection = { AuthorizationType: 'JWT', AuthorizerId: 'auth1', ...(scopes && { AuthorizationScopes: scopes }) }
  const api = await startApi({
    routes: { 'GET /me': protection, 'GET /open': {} },
    authorizer: { JwtConfiguration: { Issuer: issuer.url, Audience: audience } },
    ...options,
  })
  const token = (claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}, key = ours.privateKey) =>
    new SignJWT({ iss: issuer.url, aud: 'sample', exp: now() + 60, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(key)
  const call = (authorization?: string) => api.send('GET /me', authorization === undefined ? {} : { authorization })
  return { ...api, issuer, documents, token, call }
}

function expectRefusal(received: Received, status: 401 | 403, challenge: string) {
  const message = status === 401 ? 'Unauthorized' : 'Forbidden'
  expect({ status: received.status, body: received.body }).toEqual({ status, body: JSON.stringify({ message }) })
  expect(received.headers['www-authenticate']).toBe(challenge)
  expect(received.headers['apigw-requestid']).toMatch(/=$/)
}

const invalid = (description: string) => `Bearer scope="" error="invalid_token" error_description="${description}"`

test('a token is taken with or without "Bearer", whatever its typ', async () => {
  const { call, token, events } = await startProtected()
  expect((await call(await token())).status).toBe(200)
  expect((await call(`Bearer ${await token({}, { typ: 'anything' })}`)).status).toBe(200)
  expect(events.length).toBe(2)
})

test('a request without a token is refused', async () => {
  const { call, events } = await startProtected()
  expectRefusal(await call(), 401, 'Bearer')
  expectRefusal(await call(''), 401, 'Bearer')
  expect(events).toEqual([])
})

test('a route without an authorizer asks for nothing and shows the function nothing', async () => {
  const { send, events } = await startProtected()
  expect((await send('GET /open', { authorization: 'nonsense' })).status).toBe(200)
  expect(events[0]!.requestContext.authorizer).toBeUndefined()
})

test('tokens that are malformed, forged or of another method are refused', async () => {
  const { call, token, events, log } = await startProtected()
  const [header, payload, signature] = (await token()).split('.')
  const unsigned = Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')
  const hmac = await new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(new Uint8Array(32))
  const [elliptic, pss] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('PS256')])
  const cases: [string, string][] = [
    ['nonsense', 'the token is malformed'],
    [`bearer ${await token()}`, 'the token is malformed'],
    [`${unsigned}.${payload}.`, 'the token has an invalid signing method'],
    [hmac, 'the token has an invalid signing method'],
    [await token({}, { alg: 'ES256' }, elliptic.privateKey), 'the token has an invalid signing method'],
    [await token({}, { alg: 'PS256' }, pss.privateKey), 'the token has an invalid signing method'],
    [`${header}.${payload}.${signature?.split('').reverse().join('')}`, 'the token has an invalid signature'],
    [await token({}, {}, stranger.privateKey), 'the token has an invalid signature'],
    [await token({}, { kid: 'k2' }), 'the token has an invalid signature'],
    [
      await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).sign(ours.privateKey),
      'the token has an invalid signature',
    ],
  ]
  for (const [bad, reason] of cases) expectRefusal(await call(bad), 401, invalid(reason))
  expect(events).toEqual([])
  expect(log.map(({ reason }) => reason)).toEqual(cases.map(([, reason]) => reason))
})

test.each<[string, (issuer: string) => JWTPayload, string]>([
  ['another issuer', () => ({ iss: 'https://evil.example' }), 'the token has an invalid issuer'],
  ['the issuer with a slash', (issuer) => ({ iss: `${issuer}/` }), 'the token has an invalid issuer'],
  ['no issuer', () => ({ iss: undefined }), 'the token has an invalid issuer'],
  ['another audience', () => ({ aud: 'other' }), 'the token does not have a valid audience'],
  [
    'another aud, whatever client_id',
    () => ({ aud: 'other', client_id: 'sample' }),
    'the token does not have a valid audience',
  ],
  ['neither aud nor client_id', () => ({ aud: undefined }), 'the token does not have a valid audience'],
  ['an exp of now', () => ({ exp: now() }), 'the token has expired'],
  ['no exp', () => ({ exp: undefined }), 'the token has expired'],
  ['an nbf to come', () => ({ nbf: now() + 5 }), 'the token is not valid yet'],
  ['an iat to come', () => ({ iat: now() + 5 }), 'the token is not valid yet'],
  ['an iat that is no time', () => ({ iat: 'today' as unknown as number }), 'the token is not valid yet'],
])('a token with %s is refused', async (_, claims, reason) => {
  const { call, token, issuer, events } = await startProtected()
  expectRefusal(await call(await token(claims(issuer.url))), 401, invalid(reason))
  expect(events).toEqual([])
})

test.each<[string, () => JWTPayload]>([
  ['one of several audiences', () => ({ aud: ['other', 'second'] })],
  ['client_id when aud is absent', () => ({ aud: undefined, client_id: 'sample' })],
  ['iat and nbf of now', () => ({ iat: now(), nbf: now() })],
])('a token with %s is taken', async (_, claims) => {
  const { call, token } = await startProtected({ audience: ['sample', 'second'] })
  expect((await call(await token(claims()))).status).toBe(200)
})

test('a function sees every claim as a string, and null claims not at all', async () => {
  const { call, token, events, issuer } = await startProtected()
  const claims = {
    ...{ sub: 'u1', gen: 7, exp: 9999999999, admin: true, groups: ['admin', 'power user'], scope: 'a b' },
    ...{ address: { city: 'Bonn' }, nothing: null, mixed: [1, true, { a: 1 }, ['x', 'y']] },
  }
  await call(await token(claims))
  expect(events[0]!.requestContext.authorizer).toEqual({
    jwt: {
      claims: {
        ...{ iss: issuer.url, aud: 'sample', sub: 'u1', gen: '7', exp: '9999999999', admin: 'true', scope: 'a b' },
        ...{ groups: '[admin power user]', address: '{"city":"Bonn"}', mixed: '[1 true {"a":1} [x y]]' },
      },
      scopes: null,
    },
  })
})

test.each<[JWTPayload, string[]]>([
  [{ scope: 'files:read other' }, ['files:read', 'other']],
  [{ scp: ['files:write'], scope: 'nothing' }, ['files:write']],
  [{ scp: 'files:write  more' }, ['files:write', 'more']],
])('one of the scopes of the route suffices: %j, and the function sees all of the token', async (claims, scopes) => {
  const { call, token, events } = await startProtected({ scopes: ['files:read', 'files:write'] })
  expect((await call(await token(claims))).status).toBe(200)
  expect(events[0]!.requestContext.authorizer?.jwt.scopes).toEqual(scopes)
})

test.each([{}, { scope: 'files' }, { scp: ['other'], scope: 'files:read' }])(
  'a token with %j holds no scope of the route',
  async (claims) => {
    const { call, token, events } = await startProtected({ scopes: ['files:read', 'files:write'] })
    const challenge =
      'Bearer scope="files:read files:write" error="insufficient_scope" error_description="the token does not have a required scope"'
    expectRefusal(await call(await token(claims)), 403, challenge)
    expect(events).toEqual([])
  },
)

test('the key set is kept for its time: a new key is unknown and an old one good until then', async () => {
  const { call, token, issuer, documents } = await startProtected({ jwksCacheMilliseconds: 400 })
  const old = await token()
  const fresh = await token({}, { kid: 'k2' }, stranger.privateKey)
  expect((await call(old)).status).toBe(200)
  documents['/keys'] = { keys: [await jwkOf(stranger, 'k2')] }
  expect((await call(fresh)).status).toBe(401)
  expect((await call(old)).status).toBe(200)
  expect(issuer.asked.filter((path) => path === '/keys').length).toBe(1)
  await expect.poll(async () => (await call(fresh)).status, { interval: 50 }).toBe(200)
  expect((await call(old)).status).toBe(401)
})

test('while the keys cannot be had the answer is 500, never 401 and never the function; then it heals', async () => {
  const { call, token, documents, events } = await startProtected()
  const good = documents['/keys']
  for (const bad of [undefined, 'no JSON', { keys: 7 }, { keys: [], padding: 'x'.repeat(150_000) }]) {
    documents['/keys'] = bad
    const { status, body } = await call(await token())
    expect({ status, body }).toEqual({ status: 500, body: '{"message":"Internal Server Error"}' })
  }
  expect(events).toEqual([])
  documents['/keys'] = good
  expect((await call(await token())).status).toBe(200)
})

test('an issuer that does not answer in time is one that cannot be discovered', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => {
    silent.close()
    silent.closeAllConnections()
  })
  const { port } = silent.address() as AddressInfo
  const authorizer = { JwtConfiguration: { Issuer: `http://127.0.0.1:${port}`, Audience: ['sample'] } }
  const started = performance.now()
  await expect(startApi({ authorizer })).rejects.toThrow('Invalid issuer')
  expect(performance.now() - started).toBeGreaterThan(1400)
  expect(performance.now() - started).toBeLessThan(5000)
})

test.each<[string, (url: string) => unknown]>([
  ['is absent', () => undefined],
  ['is of another issuer', (url) => ({ issuer: `${url}/other`, jwks_uri: `${url}/keys` })],
  ['names no keys', (url) => ({ issuer: url })],
])('the gateway does not start when the discovery document %s', async (_, document) => {
  const documents: Record<string, unknown> = {}
  const { url } = await serveDocuments(documents)
  documents['/.well-known/openid-configuration'] = document(url)
  const authorizer = { JwtConfiguration: { Issuer: url, Audience: ['sample'] } }
  await expect(startApi({ authorizer })).rejects.toThrow(
    `Caught exception when connecting to ${url}/.well-known/openid-configuration for issuer ${url}. Please try again later. ` +
      `Error: Invalid issuer: ${url}. Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'`,
  )
})

test('a token whose signature was found right is judged anew each time', async () => {
  const { call, token, documents } = await startProtected({ jwksCacheMilliseconds: 1 })
  const short = await token({ exp: now() + 2 })
  const long = await token()
  expect((await call(short)).status).toBe(200)
  expect((await call(long)).status).toBe(200)
  await expect.poll(async () => (await call(short)).status, { timeout: 10_000 }).toBe(401)
  expect((await call(long)).status).toBe(200)
  documents['/keys'] = { keys: [await jwkOf(stranger, 'k1')] }
  await expect.poll(async () => (await call(long)).status, { timeout: 10_000 }).toBe(401)
})

test('a token that differs in one character from a verified one is refused', async () => {
  const { call, token } = await startProtected()
  const good = await token()
  expect((await call(good)).status).toBe(200)
  const [header, payload = '', signature] = good.split('.')
  const other = Buffer.from(payload, 'base64url').toString().replace('"sample"', '"simple"')
  const forged = `${header}.${Buffer.from(other).toString('base64url')}.${signature}`
  expectRefusal(await call(forged), 401, invalid('the token has an invalid signature'))
})
