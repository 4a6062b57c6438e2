import { describe, expect, test } from 'vitest'
import { type Answer, call, expectProblem } from './client.ts'
import { some } from './pace.ts'

const LARGEST = 256 * 1024
const JSON_TYPE = 'application/json'

type Json = Record<string, unknown>
type Body = string | Uint8Array<ArrayBuffer>

/** A route with a body that would do something: what is refused must be refused for what was done to it. */
export type BodyRoute = {
  name: string
  rightful: () => Json
  optional?: readonly string[]
  /** Where the ids in its path come from. */
  target?: () => string
  token: () => string
}

export function sendBody({ name, target, token }: BodyRoute, body: Body, type = JSON_TYPE): Promise<Answer<unknown>> {
  const [method = '', path = ''] = name.split(' ')
  const headers: Record<string, string> = type ? { 'content-type': type } : {}
  return call(method, target?.() ?? path, { token: token(), headers, body })
}

/** As JSON of so many bytes. */
export function padded(body: object, length: number): string {
  const json = JSON.stringify(body)
  return json + ' '.repeat(length - Buffer.byteLength(json))
}

const nested = (depth: number, inner = '1') => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))))

/** Of another type than the rightful value. */
function othersThan(value: unknown): unknown[] {
  if (typeof value === 'string') return [7, true, null, [], [value], {}, { value }, { $ne: '' }]
  if (typeof value === 'number') return [String(value), true, null, [], [value], {}, { value }, -1, 0.5, 2 ** 60]
  if (Array.isArray(value)) return [7, true, null, '', {}, { 0: value[0] }, [7], [null], [value]]
  return [7, true, null, '', [], [value]]
}

/** The same battery for each; `offset` chooses other cases where requests are dear. */
export function refusesBadBodies(routes: readonly BodyRoute[]): void {
  describe.each(routes.map((route, offset) => ({ ...route, route, offset })))('$name refuses', ({ route, offset }) => {
    const { rightful, optional = [] } = route
    const json = () => JSON.stringify(rightful())
    const changed = (name: string, value: unknown) => JSON.stringify({ ...rightful(), [name]: value })
    const withField = (field: string) => json().replace(/\}$/, `,${field}}`)
    const send = (body: Body, type?: string) => sendBody(route, body, type)

    async function expectRefused(bodies: Body[], refusal: [status: number, code: string], type?: string) {
      for (const body of some(bodies, offset)) expectProblem(await send(body, type), ...refusal)
    }

    test('what is not JSON', async () => {
      const texts = ['', ' ', '{', 'undefined', 'NaN', '{"a":1,}', '// x\n{}', '\u0000', '<a/>', 'a=b&c=d', '{"\ufffd']
      const mended = [json().slice(0, -1), `${json()}}`, `${json()},${json()}`, json().replaceAll('"', "'")]
      const utf16 = bytes([...Buffer.from(json(), 'utf16le')])
      await expectRefused([...texts, ...mended, utf16], [400, 'invalid_json'])
    })

    test('JSON that is no object of its fields', async () => {
      const none = optional.length < Object.keys(rightful()).length ? ['{}'] : []
      const others = ['null', 'true', '7', '"text"', '[]', nested(50_000), `[${json()}]`, `{"body":${json()}}`]
      await expectRefused([...none, ...others], [400, 'invalid_input'])
    })

    test('unknown fields, also those that objects are born with', async () => {
      const names = ['unknown', 'userId', 'roles', 'toString', 'constructor', 'prototype', '', ' ', 'a.b', '$where']
      const born = ['null', '{"isAdmin":true}', '[]', nested(50_000)].map((value) => withField(`"__proto__":${value}`))
      const bodies = [...names.map((name) => withField(`"${name}":1`)), ...born, `{"__proto__":${json()}}`]
      await expectRefused(bodies, [400, 'invalid_input'])
    })

    test('fields of another type or left out', async () => {
      const fields = Object.entries(rightful())
      const bodies = fields.flatMap(([name, value]) => othersThan(value).map((other) => changed(name, other)))
      const needed = fields.map(([name]) => name).filter((name) => !optional.includes(name))
      const without = needed.map((name) => changed(name, undefined))
      await expectRefused([...bodies, ...without], [400, 'invalid_input'])
    })

    test('texts that are broken or beyond measure', async () => {
      const bodies = Object.entries(rightful()).flatMap(([name, text]): Body[] => {
        // Any text may be a password; what one is refused for, sign-up tests.
        if (name === 'password' || typeof text !== 'string') return []
        const broken = [`${text}\u0000`, `\ud800${text}`, `${text}\udc00`, '\ud800'.repeat(40), text.repeat(500)]
        const [before = '', after = ''] = json().split(JSON.stringify(text).slice(1, -1))
        const noUtf8 = bytes(before, text, [0xff, 0xc0, 0x80], '\u0000', after)
        return [...broken.map((other) => changed(name, other)), noUtf8]
      })
      for (const body of some(bodies, offset)) expect([400, 401, 404]).toContain((await send(body)).status)
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
      for (const type of some(types, offset)) {
        expectProblem(await send(json(), type), 415, 'unsupported_media_type')
      }
    })

    test('bodies over 256 KB, whatever they say they are', async () => {
      const bodies = [LARGEST + 1, 3 * LARGEST].map((length) => padded(rightful(), length))
      await expectRefused(bodies, [413, 'body_too_large'])
      await expectRefused([bytes([...Buffer.alloc(LARGEST + 1)])], [413, 'body_too_large'], 'image/png')
    })
  })
}
