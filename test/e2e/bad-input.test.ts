import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Account,
  expectAlive,
  newAddress,
  newPassword,
  openAccount,
  profileOf,
  sessionsOf,
  signIn,
  signUp,
  type Tokens,
  verify,
} from './accounts.ts'
import { call, expectProblem } from './client.ts'
import { remember } from './known-secrets.ts'
import { documentedRoutes } from './openapi.ts'
import { codesIn, QUIET, waitForMail, waitForMails } from './outbox.ts'
import { PATIENCE, seconds, some } from './pace.ts'

const LARGEST = 256 * 1024

let account: Account
let tokens: Tokens
let fresh: { email: string; password: string }
let pending: { email: string; password: string; token: string }

beforeAll(async () => {
  fresh = { email: newAddress(), password: newPassword() }
  remember(fresh.password)
  const email = newAddress()
  const password = newPassword()
  await signUp(email, password)
  const [{ token }, opened] = [codesIn(await waitForMail(email)), await openAccount()]
  pending = { email, password, token }
  account = opened
  tokens = await signIn(account)
}, PATIENCE)

/** For each route with a body, one that would do something: what is refused must be refused for what was done to it. */
const RIGHTFUL: Record<string, () => Record<string, unknown>> = {
  'POST /users': () => ({ ...fresh, name: 'Name' }),
  'POST /users/verify': () => ({ token: pending.token }),
  'POST /sessions': () => ({ email: account.email, password: account.password }),
  'POST /sessions/refresh': () => ({ refreshToken: tokens.refreshToken }),
  'PATCH /me': () => ({ name: 'Changed' }),
}
const ROUTES = Object.keys(RIGHTFUL)
const JSON_TYPE = 'application/json'

type Body = string | Uint8Array<ArrayBuffer>

function send(route: string, body: Body, type: string | undefined = JSON_TYPE) {
  const [method = '', target = ''] = route.split(' ')
  return call(method, target, { token: tokens.accessToken, headers: type ? { 'content-type': type } : {}, body })
}

/** As JSON of so many bytes. */
function padded(body: object, length: number): string {
  const json = JSON.stringify(body)
  return json + ' '.repeat(length - Buffer.byteLength(json))
}

const nested = (depth: number, inner = '1') => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))))

/** Of the many cases other ones for each route, where requests are dear. */
async function expectRefused(route: string, bodies: Body[], refusal: [status: number, code: string], type?: string) {
  for (const body of some(bodies, ROUTES.indexOf(route))) expectProblem(await send(route, body, type), ...refusal)
}

describe.each(ROUTES)('%s refuses', { timeout: PATIENCE }, (route) => {
  const rightful = () => RIGHTFUL[route]!()
  const json = () => JSON.stringify(rightful())
  const changed = (name: string, value: unknown) => JSON.stringify({ ...rightful(), [name]: value })
  const withField = (field: string) => json().replace(/\}$/, `,${field}}`)

  test('what is not JSON', async () => {
    const texts = ['', ' ', '{', 'undefined', 'NaN', '{"a":1,}', '// x\n{}', '\u0000', '<a/>', 'a=b&c=d', '{"\ufffd']
    const mended = [json().slice(0, -1), `${json()}}`, `${json()},${json()}`, json().replaceAll('"', "'")]
    const utf16 = bytes([...Buffer.from(json(), 'utf16le')])
    await expectRefused(route, [...texts, ...mended, utf16], [400, 'invalid_json'])
  })

  test('JSON that is no object of its fields', async () => {
    const others = ['null', 'true', '7', '"text"', '[]', '{}', nested(50_000), `[${json()}]`, `{"body":${json()}}`]
    await expectRefused(route, others, [400, 'invalid_input'])
  })

  test('unknown fields, also those that objects are born with', async () => {
    const names = ['unknown', 'userId', 'roles', 'toString', 'constructor', 'prototype', '', ' ', 'a.b', '$where']
    const born = ['null', '{"isAdmin":true}', '[]', nested(50_000)].map((value) => withField(`"__proto__":${value}`))
    const bodies = [...names.map((name) => withField(`"${name}":1`)), ...born, `{"__proto__":${json()}}`]
    await expectRefused(route, bodies, [400, 'invalid_input'])
  })

  test('fields of another type or left out', async () => {
    const bodies = Object.entries(rightful()).flatMap(([name, text]) =>
      [7, true, null, [], [text], {}, { value: text }, { $ne: '' }].map((value) => changed(name, value)),
    )
    const needed = Object.keys(rightful()).filter((name) => name !== 'name' || route === 'PATCH /me')
    const without = needed.map((name) => changed(name, undefined))
    await expectRefused(route, [...bodies, ...without], [400, 'invalid_input'])
  })

  test('texts that are broken or beyond measure', async () => {
    const bodies = Object.entries(rightful()).flatMap(([name, value]): Body[] => {
      // Any text may be a password; what one is refused for, sign-up tests.
      if (name === 'password') return []
      const text = String(value)
      const broken = [`${text}\u0000`, `\ud800${text}`, `${text}\udc00`, '\ud800'.repeat(40), text.repeat(500)]
      const [before = '', after = ''] = json().split(JSON.stringify(text).slice(1, -1))
      const noUtf8 = bytes(before, text, [0xff, 0xc0, 0x80], '\u0000', after)
      return [...broken.map((other) => changed(name, other)), noUtf8]
    })
    for (const body of some(bodies, ROUTES.indexOf(route))) {
      expect([400, 401]).toContain((await send(route, body)).status)
    }
  })

  test('other content types, and none', async () => {
    const types = [
      '',
      'text/plain',
      'text/json',
      'application/jsonp',
      'application/merge-patch+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=latin1',
      'application/json, text/plain',
      'application/octet-stream',
      'json',
      '*/*',
    ]
    for (const type of some(types, ROUTES.indexOf(route))) {
      expectProblem(await send(route, json(), type), 415, 'unsupported_media_type')
    }
  })

  test('bodies over 256 KB, whatever they say they are', async () => {
    const bodies = [LARGEST + 1, 3 * LARGEST].map((length) => padded(rightful(), length))
    await expectRefused(route, bodies, [413, 'body_too_large'])
    await expectRefused(route, [bytes([...Buffer.alloc(LARGEST + 1)])], [413, 'body_too_large'], 'image/png')
  })
})

describe('after all that', { timeout: PATIENCE }, () => {
  test('every route with a body was tried', () => {
    const withBody = documentedRoutes.filter(({ operation }) => operation.requestBody)
    expect(withBody.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(ROUTES.toSorted())
  })

  test('nothing had changed', async () => {
    expect(await profileOf(tokens)).toMatchObject({ name: '', version: 1 })
    expect((await sessionsOf(tokens)).map(({ id }) => id)).toEqual([tokens.session.id])
    const next = await expectAlive(tokens)
    expect(next.session.lastUsedAt).not.toBe(tokens.session.lastUsedAt)
    expect((await verify({ token: pending.token })).status).toBe(201)
    await signUp(fresh.email, fresh.password)
    await seconds(QUIET)
    await waitForMails(fresh.email, 1)
  })

  test('256 KB to the byte are taken, and so are other ways to write the content type', async () => {
    const body = { email: account.email, password: account.password }
    expect((await send('POST /sessions', padded(body, LARGEST))).status).toBe(201)
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      expect((await send('POST /sessions', JSON.stringify(body), type)).status).toBe(201)
    }
  })
})
