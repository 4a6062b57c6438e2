import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { Contract } from '../../../functions/http/contract.ts'
import { readRequest } from '../../../functions/http/request.ts'
import { NOW } from '../../helpers/builders.ts'
import { gatewayEvent, json } from '../../helpers/gateway-event.ts'

type Request = Parameters<typeof gatewayEvent>[0]

const BARE = { summary: '', answers: { 204: null } } as const satisfies Contract
const WITH_BODY = {
  ...BARE,
  body: v.strictObject({ name: v.string(), age: v.optional(v.number()) }),
} as const satisfies Contract
const WITH_PLACES = {
  ...BARE,
  path: v.strictObject({ id: v.pipe(v.string(), v.regex(/^\d+$/, 'must be digits')) }),
  query: v.strictObject({ limit: v.optional(v.string()) }),
} as const satisfies Contract

const read = (contract: Contract, request: Request) => readRequest(contract, gatewayEvent(request), NOW)
const refusal = (contract: Contract, request: Request) => {
  try {
    read(contract, request)
  } catch (error) {
    return error as { code: string; errors: readonly { field: string; message: string }[] }
  }
  throw new Error('the request was not refused')
}
const withBody = (body: string, contentType: string | undefined = 'application/json', isBase64Encoded = false) => ({
  body,
  isBase64Encoded,
  headers: { 'content-type': contentType },
})
const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64')
/** A JSON body of exactly that many bytes. */
const bodyOf = (bytes: number) => JSON.stringify({ name: 'x'.repeat(bytes - '{"name":""}'.length) })
const LIMIT = 256 * 1024

describe('a request is read', () => {
  it('with its path, query, body, sender and time', () => {
    const request = {
      ...json({ name: 'Jane' }),
      query: { limit: '5' },
      pathParameters: { id: '7' },
      sourceIp: '203.0.113.9',
    }
    request.headers = { ...request.headers, 'user-agent': 'a browser' } as typeof request.headers
    expect(read({ ...WITH_PLACES, ...WITH_BODY, path: WITH_PLACES.path }, request)).toMatchObject({
      path: { id: '7' },
      query: { limit: '5' },
      body: { name: 'Jane' },
      sourceIp: '203.0.113.9',
      userAgent: 'a browser',
      now: NOW,
    })
  })

  it('whatever the case of its header names', () => {
    const request = { ...json({ name: 'Jane' }), headers: { 'Content-TYPE': 'application/json', 'User-Agent': 'sam' } }
    expect(read(WITH_BODY, request)).toMatchObject({
      userAgent: 'sam',
      headers: { 'content-type': 'application/json', 'user-agent': 'sam' },
    })
  })

  it('as sam local makes it: with an empty body and empty parameters where AWS has none', () => {
    const event = { ...gatewayEvent(), body: '', pathParameters: {}, queryStringParameters: {}, cookies: [] }
    expect(readRequest(BARE, event, NOW)).toMatchObject({ path: undefined, query: undefined, body: undefined })
  })

  it('without headers, user agent or address', () => {
    const { headers: _, ...event } = gatewayEvent()
    const { http } = event.requestContext
    const bare = { ...event, requestContext: { ...event.requestContext, http: { ...http, sourceIp: undefined } } }
    expect(readRequest(BARE, bare as never, NOW)).toMatchObject({ headers: {}, userAgent: '', sourceIp: '' })
  })

  it('with at most 256 characters of its user agent, never half of one', () => {
    const agentOf = (agent: string) => read(BARE, { headers: { 'user-agent': agent } }).userAgent
    expect(agentOf('x'.repeat(300))).toBe('x'.repeat(256))
    for (const agent of [`${'x'.repeat(255)}🦭`, '\ud83e', `${'🦭'.repeat(127)}x🦭`]) {
      expect(agentOf(agent).isWellFormed()).toBe(true)
      expect(agentOf(agent).length).toBeLessThanOrEqual(256)
    }
  })
})

describe('a body', () => {
  const body = JSON.stringify({ name: 'Jané' })

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON ; Charset=utf-8',
    ' application/json ',
  ])('is taken as %s', (contentType) => {
    expect(read(WITH_BODY, withBody(body, contentType)).body).toEqual({ name: 'Jané' })
  })

  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/problem+json',
    'application/jsonp',
    'text/json',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; x=y',
    'x application/json',
  ])('is refused as %j', (contentType) => {
    const request = { body, headers: contentType === undefined ? {} : { 'content-type': contentType } }
    expect(refusal(WITH_BODY, request).code).toBe('unsupported_media_type')
  })

  it('is read from base64, which the gateway makes of what it takes for binary', () => {
    expect(read(WITH_BODY, withBody(base64(body), 'application/json', true)).body).toEqual({ name: 'Jané' })
  })

  it.each([
    ['nothing', ''],
    ['a space', ' '],
    ['half an object', '{"name":'],
    ['two objects', '{}{}'],
    ['single quotes', "{'name':'Jane'}"],
    ['a trailing comma', '{"name":"Jane",}'],
    ['NaN', '{"name":NaN}'],
    ['a raw line end in a text', '{"name":"a\nb"}'],
  ])('that is %s is no JSON', (_, text) => {
    expect(refusal(WITH_BODY, withBody(text)).code).toBe('invalid_json')
  })

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a character', [0xe2, 0x82]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ])('with %s is no UTF-8 and is not repaired', (_, bytes) => {
    const broken = Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')])
    expect(refusal(WITH_BODY, withBody(base64(broken), 'application/json', true)).code).toBe('invalid_json')
  })

  it('may have 256 KB, to the byte', () => {
    expect(read(WITH_BODY, withBody(bodyOf(LIMIT))).body).toBeDefined()
    expect(refusal(WITH_BODY, withBody(bodyOf(LIMIT + 1))).code).toBe('body_too_large')
    const asBase64 = (bytes: number) => withBody(base64(bodyOf(bytes)), 'application/json', true)
    expect(read(WITH_BODY, asBase64(LIMIT)).body).toBeDefined()
    expect(refusal(WITH_BODY, asBase64(LIMIT + 1)).code).toBe('body_too_large')
  })

  it('is measured in bytes, not in characters', () => {
    const wide = JSON.stringify({ name: '€'.repeat(LIMIT / 3) })
    expect(wide.length).toBeLessThan(LIMIT)
    expect(refusal(WITH_BODY, withBody(wide)).code).toBe('body_too_large')
  })

  it('that is too large is refused before anything is made of it', () => {
    expect(refusal(WITH_BODY, withBody('x'.repeat(LIMIT * 8), 'text/plain')).code).toBe('body_too_large')
    expect(refusal(BARE, withBody('x'.repeat(LIMIT + 1))).code).toBe('body_too_large')
  })

  it('is refused where none is taken', () => {
    expect(refusal(BARE, withBody('{}'))).toMatchObject({
      code: 'invalid_input',
      errors: [{ field: 'body', message: 'takes no body' }],
    })
  })
})

describe('what does not fit its schema', () => {
  it.each<[string, unknown, string]>([
    ['a missing field', {}, 'name'],
    ['null for a text', { name: null }, 'name'],
    ['a number for a text', { name: 7 }, 'name'],
    ['a list for a text', { name: ['Jane'] }, 'name'],
    ['an object for a text', { name: { toString: 'Jane' } }, 'name'],
    ['a text for a number', { name: 'Jane', age: '7' }, 'age'],
    ['an unknown field', { name: 'Jane', role: 'admin' }, 'role'],
    ['an unknown field that every object has', { name: 'Jane', constructor: 1 }, 'constructor'],
    ['a list', [], 'name'],
    ['a text', 'name', ''],
    ['null', null, ''],
  ])('is refused by the name of its field: %s', (_, body, field) => {
    const { code, errors } = refusal(WITH_BODY, json(body))
    expect(code).toBe('invalid_input')
    expect(errors.map((error) => error.field)).toContain(field)
  })

  it('is refused when it reaches for the prototype', () => {
    const reaching = '{"name":"Jane","__proto__":{"role":"admin"}}'
    expect(refusal(WITH_BODY, withBody(reaching)).code).toBe('invalid_input')
  })

  it('names the place of parameters', () => {
    expect(refusal(WITH_PLACES, { pathParameters: { id: 'x' } }).errors).toEqual([
      { field: 'path.id', message: 'must be digits' },
    ])
    const unknown = { pathParameters: { id: '7' }, query: { order: 'up' } }
    expect(refusal(WITH_PLACES, unknown).errors).toMatchObject([{ field: 'query.order' }])
  })

  it('and parameters where none are taken', () => {
    expect(refusal(BARE, { query: { limit: '5' } })).toMatchObject({
      code: 'invalid_input',
      errors: [{ field: 'query.limit', message: 'is unknown' }],
    })
    expect(refusal(BARE, { pathParameters: { id: '7' } }).errors).toMatchObject([{ field: 'path.id' }])
    expect(refusal(BARE, { query: { __proto__: 'x', limit: '' } }).code).toBe('invalid_input')
  })

  it('is never told back: neither a value nor a key that could be a secret', () => {
    const secret = 'v1.dGhpcyBpcyBhIHNlY3JldA'
    const schema = { ...BARE, body: v.strictObject({ mode: v.literal('a'), n: v.optional(v.number()) }) }
    const refusals = [
      refusal(schema, json({ mode: secret })),
      refusal(schema, json({ mode: 'a', n: secret })),
      refusal(schema, json({ mode: 'a', [secret]: 1 })),
      refusal(schema, json(secret)),
      refusal(BARE, { query: { [secret]: '' } }),
      refusal(WITH_PLACES, { pathParameters: { id: secret } }),
    ]
    for (const { code, errors } of refusals) {
      expect(code).toBe('invalid_input')
      expect(JSON.stringify(errors)).not.toContain(secret)
    }
  })
})

describe('a route that hands out tokens', () => {
  const GIVING = { ...WITH_BODY, givesTokens: true } as const

  it.each(['idempotency-key', 'Idempotency-Key'])('refuses the header %s', (name) => {
    const { headers, body } = json({ name: 'Jane' })
    expect(refusal(GIVING, { body, headers: { ...headers, [name]: '1' } }).code).toBe('header_refused')
    expect(refusal(GIVING, { body, headers: { ...headers, [name]: '' } }).code).toBe('header_refused')
    expect(read(WITH_BODY, { body, headers: { ...headers, [name]: '1' } }).body).toEqual({ name: 'Jane' })
  })
})
