import { expect, test } from 'vitest'
import { type CorsRules, corsHeaders, preflightAnswer, withoutCors } from '../cors.ts'

const ORIGIN = 'https://app.example.org'
const rules = (more: Partial<CorsRules> = {}): CorsRules => ({
  allowCredentials: false,
  allowHeaders: ['authorization'],
  allowMethods: ['GET', 'PATCH'],
  allowOrigins: [ORIGIN],
  exposeHeaders: ['etag', 'retry-after'],
  maxAgeSeconds: 3600,
  ...more,
})

test.each([
  [ORIGIN, [ORIGIN], ORIGIN],
  [ORIGIN, ['*'], '*'],
  [ORIGIN, ['https://*'], ORIGIN],
  [ORIGIN, ['http://*'], undefined],
  ['https://app.example.org.evil.net', [ORIGIN], undefined],
  ['null', ['https://*'], undefined],
  [undefined, ['*'], undefined],
])('the origin %s, with %j allowed, is answered with %s', (origin, allowOrigins, named) => {
  const headers = Object.fromEntries(corsHeaders(rules({ allowOrigins }), origin))
  expect(headers['access-control-allow-origin']).toBe(named)
  if (!named) expect(headers).toEqual({})
})

test('credentials and exposed headers are told where configured', () => {
  expect(corsHeaders(rules({ allowCredentials: true }), ORIGIN)).toEqual([
    ['access-control-allow-origin', ORIGIN],
    ['access-control-allow-credentials', 'true'],
    ['access-control-expose-headers', 'etag,retry-after'],
  ])
  expect(corsHeaders(rules({ exposeHeaders: [] }), ORIGIN)).toEqual([['access-control-allow-origin', ORIGIN]])
})

test('a preflight request has an answer of its own, any other request none', () => {
  const request = { method: 'OPTIONS', headers: { origin: ORIGIN } }
  expect(preflightAnswer(rules(), request)).toMatchObject({
    status: 204,
    headers: [
      ['access-control-allow-methods', 'GET,PATCH'],
      ['access-control-allow-headers', 'authorization'],
      ['access-control-max-age', '3600'],
    ],
  })
  expect(preflightAnswer(rules(), { method: 'OPTIONS', headers: { origin: 'http://a' } })?.headers).toEqual([])
  expect(preflightAnswer(rules(), { ...request, method: 'GET' })).toBeUndefined()
  expect(preflightAnswer(undefined, request)).toBeUndefined()
})

test("a function's own CORS headers are dropped", () => {
  expect(
    withoutCors([
      ['etag', '"1"'],
      ['access-control-allow-origin', '*'],
    ]),
  ).toEqual([['etag', '"1"']])
})
