import type { Received } from '@lethe/http-api/test/send-request.ts'
import { expect, test } from 'vitest'
import { type ApiTest, serveDocuments, startApi } from './an-api.ts'

const ORIGIN = 'https://app.example.org'
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'etag' }

const configured = (more = {}) => ({
  CorsConfiguration: {
    AllowOrigins: [ORIGIN, 'http://localhost:5173'],
    AllowMethods: ['GET', 'PATCH'],
    AllowHeaders: ['authorization', 'if-match'],
    ExposeHeaders: ['etag', 'retry-after'],
    MaxAge: 3600,
    ...more,
  },
})

function corsOf({ headers }: Received) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))
}

const start = (options: ApiTest = {}) => startApi({ api: configured(), routes: { 'PATCH /me': {} }, ...options })

test('a preflight request is answered by the gateway, route or not', async () => {
  const { send, events } = await start()
  for (const path of ['/me', '/nowhere']) {
    const received = await send(`OPTIONS ${path}`, PREFLIGHT)
    expect({ status: received.status, body: received.body }).toEqual({ status: 204, body: '' })
    expect(corsOf(received)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET,PATCH',
      'access-control-allow-headers': 'authorization,if-match',
      'access-control-expose-headers': 'etag,retry-after',
      'access-control-max-age': '3600',
    })
  }
  expect(events).toEqual([])
})

test('an answer carries the headers of the configuration, and those of the function are dropped', async () => {
  const headers = { 'access-control-allow-origin': '*', 'Access-Control-Allow-Headers': 'x', etag: '"1"' }
  const { send } = await start({ handler: () => ({ statusCode: 200, headers }) })
  const received = await send('PATCH /me', { origin: ORIGIN })
  expect(corsOf(received)).toEqual({
    'access-control-allow-origin': ORIGIN,
    'access-control-expose-headers': 'etag,retry-after',
  })
  expect(received.headers.etag).toBe('"1"')
  expect(corsOf(await send('PATCH /me'))).toEqual({})
})

test('without a configuration the headers of the function are sent, and OPTIONS is a method like others', async () => {
  const headers = { 'access-control-allow-origin': '*' }
  const { send } = await start({ api: {}, handler: () => ({ statusCode: 200, headers }) })
  expect(corsOf(await send('PATCH /me', { origin: ORIGIN }))).toEqual(headers)
  expect((await send('OPTIONS /me', PREFLIGHT)).status).toBe(404)
})

test("the gateway's own answers carry the headers too", async () => {
  const { send } = await start()
  const received = await send('GET /nowhere', { origin: ORIGIN })
  expect(received.status).toBe(404)
  expect(corsOf(received)['access-control-allow-origin']).toBe(ORIGIN)
})

test.each([
  ['https://app.example.org.evil.net', [ORIGIN]],
  ['http://app.example.org', [ORIGIN]],
  ['null', [ORIGIN, 'https://*']],
  ['http://any.example', ['https://*']],
])('the origin %s is not among %j: no CORS headers', async (origin, AllowOrigins) => {
  const { send } = await start({ api: configured({ AllowOrigins }) })
  expect(corsOf(await send('PATCH /me', { origin }))).toEqual({})
  const preflight = await send('OPTIONS /me', { ...PREFLIGHT, origin })
  expect({ status: preflight.status, cors: corsOf(preflight) }).toEqual({ status: 204, cors: {} })
})

test.each([
  [['*'], '*'],
  [['https://*'], ORIGIN],
])('of the allowed origins %j the answer names %s', async (AllowOrigins, named) => {
  const { send } = await start({ api: configured({ AllowOrigins }) })
  expect(corsOf(await send('PATCH /me', { origin: ORIGIN }))['access-control-allow-origin']).toBe(named)
})

test('credentials are allowed where configured', async () => {
  const { send } = await start({ api: configured({ AllowCredentials: true }) })
  const { 'access-control-allow-credentials': allowed } = corsOf(await send('PATCH /me', { origin: ORIGIN }))
  expect(allowed).toBe('true')
})

test('a preflight request comes before the authorizer, but for a catch-all route that has one', async () => {
  const issuer = await serveDocuments({})
  const discovery = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
  const { url } = await serveDocuments({ '/.well-known/openid-configuration': discovery })
  discovery.issuer = url
  const authorizer = { JwtConfiguration: { Issuer: url, Audience: ['sample'] } }
  const jwt = { AuthorizationType: 'JWT', AuthorizerId: 'auth1' }
  const { send } = await start({ authorizer, routes: { 'GET /me': jwt, 'ANY /all': jwt } })
  expect((await send('OPTIONS /me', PREFLIGHT)).status).toBe(204)
  const refused = await send('OPTIONS /all', PREFLIGHT)
  expect(refused.status).toBe(401)
  expect(corsOf(refused)['access-control-allow-origin']).toBe(ORIGIN)
})
