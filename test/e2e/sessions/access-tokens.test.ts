import { createPublicKey, randomUUID } from 'node:crypto'
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, openAccount, profileOf, refresh, signIn, type Tokens } from '../accounts.ts'
import { call, expectUnauthorized } from '../client.ts'

let account: Account
let tokens: Tokens
let claims: JWTPayload
let header: JWTHeaderParameters
let stranger: { privateKey: CryptoKey; publicKey: CryptoKey }

beforeAll(async () => {
  account = await openAccount()
  tokens = await signIn(account)
  claims = decodeJwt(tokens.accessToken)
  header = decodeProtectedHeader(tokens.accessToken) as JWTHeaderParameters
  stranger = await generateKeyPair('RS256', { modulusLength: 3072, extractable: true })
})

/** The keys that the issuer publishes; none where its host cannot be reached from here. */
async function publishedKeys(): Promise<(JWK & { kid: string })[]> {
  const issuer = String(claims.iss)
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`).catch(() => undefined)
  if (!discovery) return []
  const { issuer: named, jwks_uri } = (await discovery.json()) as { issuer: string; jwks_uri: string }
  expect(named).toBe(issuer)
  const { keys } = (await (await fetch(jwks_uri)).json()) as { keys: (JWK & { kid: string })[] }
  return keys
}

const base64 = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
const [HEADER, PAYLOAD, SIGNATURE] = [0, 1, 2]
const withPart = (at: number, value: string) => tokens.accessToken.split('.').with(at, value).join('.')

/** Signed by a key that nobody published; everything else as in a token of Lethe's own. */
function forged(payload: JWTPayload = {}, headerToo: Partial<JWTHeaderParameters> = {}, without: string[] = []) {
  const all = Object.fromEntries(Object.entries({ ...claims, ...payload }).filter(([name]) => !without.includes(name)))
  return new SignJWT(all).setProtectedHeader({ ...header, ...headerToo }).sign(stranger.privateKey)
}

async function confusedWithHmac(): Promise<string[]> {
  const [published] = await publishedKeys()
  const key = published ? createPublicKey({ key: published, format: 'jwk' }) : stranger.publicKey
  const pem = 'export' in key ? key.export({ type: 'spki', format: 'pem' }) : await exportSPKI(key)
  const secrets = [String(pem), String(pem).trim(), published?.n ?? 'n', JSON.stringify(published ?? {})]
  return Promise.all(
    secrets.map((secret) =>
      new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(Buffer.from(secret.padEnd(32, '='))),
    ),
  )
}

async function expectRefused(forgeries: Record<string, string>): Promise<void> {
  for (const [name, token] of Object.entries(forgeries)) {
    const answer = await call('GET', '/me', { headers: { authorization: `Bearer ${token}` } })
    expect({ name, status: answer.status }).toEqual({ name, status: 401 })
    expectUnauthorized(answer)
  }
}

describe('an access token', () => {
  test('has exactly the claims of its contract, flat, and lives 10 minutes', async () => {
    const { kid, ...rest } = decodeProtectedHeader(tokens.accessToken)
    expect(rest).toEqual({ alg: 'RS256', typ: 'at+jwt' })
    expect(kid).toMatch(/^[\w-]+$/)
    const names = ['iss', 'sub', 'aud', 'client_id', 'exp', 'iat', 'nbf', 'jti', 'sid', 'gen']
    expect(Object.keys(claims).toSorted()).toEqual(names.toSorted())
    for (const value of Object.values(claims)) expect(['string', 'number']).toContain(typeof value)
    expect(claims).toMatchObject({ sub: account.id, sid: tokens.session.id, gen: 1, nbf: claims.iat })
    const { exp = 0, iat = 0 } = claims
    expect(exp - iat).toBeGreaterThanOrEqual(600)
    expect(exp - iat).toBeLessThanOrEqual(605)
    expect(iat).toBeLessThanOrEqual(Date.now() / 1000)
    expect(claims.sub).not.toBe(claims.client_id)
  })

  test('has an id of its own and the generation of its refresh token', async () => {
    const first = await signIn(account)
    const second = await refresh(first.refreshToken)
    const again = await refresh(first.refreshToken)
    const [one, two, three] = [first, second, again].map(({ accessToken }) => decodeJwt(accessToken))
    expect([one?.gen, two?.gen, three?.gen]).toEqual([1, 2, 2])
    expect(new Set([one?.jti, two?.jti, three?.jti]).size).toBe(3)
    for (const name of ['iss', 'sub', 'aud', 'client_id', 'sid']) expect(two?.[name]).toBe(one?.[name])
  })

  test('is signed by a published RSA key of at least 3072 bits, of which only the public part is shown', async ({
    skip,
  }) => {
    const keys = await publishedKeys()
    skip(keys.length === 0, 'the issuer cannot be reached from here')
    const key = keys.find(({ kid }) => kid === header.kid)
    expect(Object.keys(key ?? {}).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    expect(createPublicKey({ key: key!, format: 'jwk' }).asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(
      3072,
    )
    await jwtVerify(tokens.accessToken, await importJWK(key!), { typ: 'at+jwt', issuer: String(claims.iss) })
  })
})

describe('what is no access token of ours opens nothing:', () => {
  test('tokens signed by a stranger, whatever they claim', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600
    await expectRefused({
      'all else right': await forged(),
      'unknown kid': await forged({}, { kid: randomUUID() }),
      'kid like a path': await forged({}, { kid: '../../../../dev/null' }),
      'own key in the header': await forged({}, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }),
      'keys from elsewhere': await forged({}, { jku: 'http://127.0.0.1:9/jwks.json', kid: randomUUID() }),
      'other audience': await forged({ aud: 'another-api' }),
      'several audiences': await forged({ aud: [String(claims.aud), 'another-api'] }),
      'no audience': await forged({}, {}, ['aud']),
      'other issuer': await forged({ iss: 'https://issuer.example' }),
      'issuer with a slash': await forged({ iss: `${claims.iss}/` }),
      'an id token': await forged({}, { typ: 'JWT' }),
      expired: await forged({ exp: past, iat: past - 600, nbf: past - 600 }),
      'not yet valid': await forged({ nbf: past + 7200 }),
      'never ending': await forged({}, {}, ['exp']),
    })
  })

  test('tokens without a signature, or with one of another kind', async () => {
    const none = new UnsecuredJWT(claims).encode()
    const { kid: _, ...withoutKid } = header
    const forgeries: Record<string, string> = {
      'alg none': none,
      'alg none, header as ours': `${base64({ ...header, alg: 'none' })}.${none.split('.')[PAYLOAD]}.`,
      'alg noNE': `${base64({ ...header, alg: 'noNE' })}.${none.split('.')[PAYLOAD]}.`,
      'alg none over our signature': withPart(HEADER, base64({ ...header, alg: 'none' })),
      'no kid over our signature': withPart(HEADER, base64(withoutKid)),
      'no kid, signed': await new SignJWT(claims).setProtectedHeader(withoutKid).sign(stranger.privateKey),
      'signature left out': withPart(SIGNATURE, ''),
      'signature of zeros': withPart(SIGNATURE, 'A'.repeat(512)),
      'no signature at all': tokens.accessToken.split('.').slice(0, 2).join('.'),
    }
    for (const [n, token] of (await confusedWithHmac()).entries()) forgeries[`HMAC with the public key ${n}`] = token
    const elliptic = await generateKeyPair('ES256')
    forgeries['another kind of key'] = await new SignJWT(claims)
      .setProtectedHeader({ ...header, alg: 'ES256' })
      .sign(elliptic.privateKey)
    await expectRefused(forgeries)
  })

  test('our own token with anything altered', async () => {
    await expectRefused({
      'another user': withPart(PAYLOAD, base64({ ...claims, sub: 'somebody-else-entirely' })),
      'a later end': withPart(PAYLOAD, base64({ ...claims, exp: (claims.exp ?? 0) + 3600 })),
      'another type': withPart(HEADER, base64({ ...header, typ: 'JWT' })),
      'a critical extension': withPart(HEADER, base64({ ...header, crit: ['x'], x: 1 })),
      'one character': withPart(
        SIGNATURE,
        `${tokens.accessToken.split('.')[SIGNATURE]?.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
      ),
      'cut short': tokens.accessToken.slice(0, -8),
      'a fourth part': `${tokens.accessToken}.x`,
      'a fifth part': `${tokens.accessToken}..`,
    })
  })

  test('garbage, and tokens of another kind', async () => {
    await expectRefused({
      'a refresh token': tokens.refreshToken,
      nothing: '',
      dots: '..',
      'a word': 'null',
      'not JSON': 'eyJ.eyJ.eyJ',
      'JSON itself': Buffer.from(JSON.stringify({ protected: 'x', payload: 'x', signature: 'x' })).toString(
        'base64url',
      ),
      'eight kilobytes': `${'A'.repeat(4000)}.${'B'.repeat(4000)}.C`,
    })
    for (const authorization of ['Basic bGV0aGU6bGV0aGU=', 'Bearer', `Token ${tokens.accessToken}`, 'Bearer\ta b']) {
      expectUnauthorized(await call('GET', '/me', { headers: { authorization } }))
    }
    for (const name of ['access_token', 'token', 'authorization']) {
      expectUnauthorized(await call('GET', `/me?${name}=${tokens.accessToken}`))
      expectUnauthorized(await call('GET', '/me', { headers: { cookie: `${name}=${tokens.accessToken}` } }))
    }
  })

  test('a header or claims that are JSON but no object', async () => {
    await expectRefused({
      'two arrays': `${base64([1])}.${base64([2])}.AAAA`,
      'a number': `${Buffer.from('7').toString('base64url')}.${base64({})}.AAAA`,
      nothing: `${Buffer.from('null').toString('base64url')}.${Buffer.from('null').toString('base64url')}.AAAA`,
      'claims as an array': withPart(PAYLOAD, base64([claims])),
    })
  })

  test('a forged token changes nothing', async () => {
    const before = await profileOf(tokens)
    const token = await forged()
    expectUnauthorized(await call('PATCH', '/me', { token, json: { name: 'Mallory' } }))
    expectUnauthorized(await call('DELETE', '/me', { token }))
    expectUnauthorized(await call('DELETE', '/sessions', { token }))
    expect(await profileOf(tokens)).toEqual(before)
  })
})
