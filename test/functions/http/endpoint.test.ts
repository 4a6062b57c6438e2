import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ErrorCode, LetheError } from '../../../functions/errors.ts'
import type { Contract } from '../../../functions/http/contract.ts'
import { endpoint } from '../../../functions/http/endpoint.ts'
import { PROBLEMS } from '../../../functions/http/problem.ts'
import { ask, CONTEXT, gatewayEvent, json } from '../../helpers/gateway-event.ts'

const CONTRACT = {
  summary: '',
  body: v.optional(v.strictObject({ name: v.string() })),
  answers: { 200: v.object({ name: v.string() }), 204: null },
} as const satisfies Contract
const READING = { summary: '', answers: { 200: v.object({ name: v.string() }), 204: null } } as const satisfies Contract

const lines: { level: 'info' | 'error'; line: Record<string, unknown> }[] = []
beforeEach(() => {
  lines.length = 0
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((text: string) => void lines.push({ level, line: JSON.parse(text) }))
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

const failing = (error: unknown) => endpoint(READING).run(() => Promise.reject(error))

/** Written out: clients rely on it. */
const STATUSES: Record<ErrorCode, number> = {
  invalid_json: 400,
  invalid_input: 400,
  invalid_cursor: 400,
  header_refused: 400,
  name_invalid: 400,
  part_refused: 400,
  password_refused: 400,
  verification_failed: 400,
  credentials_invalid: 401,
  token_invalid: 401,
  session_ended: 401,
  session_expired: 401,
  refresh_token_invalid: 401,
  refresh_token_reused: 401,
  read_only: 403,
  owner_only: 403,
  file_infected: 403,
  file_not_scannable: 403,
  file_not_found: 404,
  folder_not_found: 404,
  item_not_found: 404,
  version_not_found: 404,
  version_current: 409,
  upload_not_found: 404,
  share_not_found: 404,
  link_not_found: 404,
  session_not_found: 404,
  name_taken: 409,
  folder_loop: 409,
  too_deep: 409,
  limit_reached: 409,
  quota_exceeded: 409,
  too_many_uploads: 409,
  upload_finished: 409,
  upload_dead: 409,
  upload_incomplete: 409,
  scan_pending: 409,
  account_exists: 409,
  version_conflict: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  internal_error: 500,
  store_unavailable: 503,
}

describe('an answer', () => {
  it('is JSON with its status, and nobody may keep it or guess at it', async () => {
    const handler = endpoint(READING).run(async () => ({ status: 200, body: { name: 'é' } }))
    expect(await handler(gatewayEvent(), CONTEXT)).toEqual({
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'strict-transport-security': expect.stringMatching(/^max-age=(3153600|[4-9]\d{6})\d/),
      },
      body: '{"name":"é"}',
    })
    expect(lines).toEqual([])
  })

  it('carries the version of what it shows as its ETag', async () => {
    const handler = endpoint(READING).run(async () => ({ status: 200, body: { name: '' }, version: 7 }))
    const { headers, body } = await ask(handler, {})
    expect(headers.etag).toBe('"7"')
    expect(body).toEqual({ name: '' })
  })

  it('without content is empty', async () => {
    const handler = endpoint(READING).run(async () => ({ status: 204 }))
    expect(await handler(gatewayEvent(), CONTEXT)).toMatchObject({ statusCode: 204, body: '' })
  })
})

describe('a refusal', () => {
  it.each(Object.entries(STATUSES) as [ErrorCode, number][])(
    '%s is a problem document of status %i',
    async (code, status) => {
      const { headers, body, ...answer } = await ask(failing(new LetheError(code)), {})
      expect(answer.status).toBe(status)
      expect(headers['content-type']).toBe('application/problem+json')
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined)
      expect(headers['www-authenticate']).toBe(status === 401 ? 'Bearer error="invalid_token"' : undefined)
      expect(body).toEqual({ type: `urn:lethe:problem:${code}`, title: PROBLEMS[code].title, status, code })
      expect(body.title).toMatch(/^[A-Z].+\.$/)
    },
  )

  it('knows every code', () => {
    expect(Object.keys(PROBLEMS).toSorted()).toEqual(Object.keys(STATUSES).toSorted())
  })

  it('names the fields at fault', async () => {
    const errors = [{ field: 'email', message: 'must be an e-mail address' }]
    expect((await ask(failing(new LetheError('invalid_input', { errors })), {})).body).toMatchObject({ errors })
  })

  it.each([
    ['an error', new TypeError('cannot read x of undefined')],
    [
      'an error with a code of its own',
      Object.assign(new Error('secret'), { code: 'store_unavailable', statusCode: 404 }),
    ],
    ['a text', 'secret'],
    ['nothing', undefined],
    ['an answer', { statusCode: 200, body: 'secret' }],
  ])('that nobody foresaw is a bare 500: %s', async (_, error) => {
    const { status, body, headers } = await ask(failing(error), {})
    expect(status).toBe(500)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(body).toEqual({
      type: 'urn:lethe:problem:internal_error',
      title: PROBLEMS.internal_error.title,
      status: 500,
      code: 'internal_error',
    })
  })

  it('comes before the work when the request does not fit', async () => {
    const run = vi.fn(async () => ({ status: 204 as const }))
    const { status, body } = await ask(endpoint(CONTRACT).run(run), { method: 'POST', ...json({ name: 7 }) })
    expect([status, body.code]).toEqual([400, 'invalid_input'])
    expect(run).not.toHaveBeenCalled()
  })
})

describe('the log of a refusal', () => {
  const SECRETS = { body: 'secret-of-the-body', header: 'secret-of-the-header', query: 'secret-of-the-query' }
  const request = {
    method: 'POST',
    path: '/me',
    headers: { authorization: `Bearer ${SECRETS.header}`, 'content-type': 'application/json' },
    query: { token: SECRETS.query },
    body: JSON.stringify({ name: SECRETS.body, password: SECRETS.body, [SECRETS.body]: 1 }),
  }

  it('is one line that says what, where and who', async () => {
    await ask(failing(new LetheError('session_ended')), { method: 'GET', path: '/me' })
    expect(lines).toEqual([
      {
        level: 'info',
        line: {
          code: 'session_ended',
          status: 401,
          route: 'GET /me',
          requestId: 'ATfSmjLgPHcESJw=',
          sourceIp: '192.0.2.7',
        },
      },
    ])
  })

  it('has the cause where the fault is ours, and only there', async () => {
    const cause = new Error('the store says no')
    await ask(failing(new LetheError('store_unavailable', { cause })), {})
    await ask(failing(new Error('unforeseen')), {})
    await ask(failing(new LetheError('invalid_json', { cause })), {})
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error', 'info'])
    expect(lines[0]?.line.cause).toContain('the store says no')
    expect(lines[1]?.line.cause).toContain('unforeseen')
    expect(JSON.stringify(lines[2])).not.toContain('the store says no')
  })

  it.each(['invalid_input', 'token_invalid', 'internal_error'] as const)(
    'of %s never shows what the request held',
    async (code) => {
      await ask(failing(new LetheError(code)), request)
      await ask(
        endpoint(CONTRACT).run(async () => ({ status: 204 })),
        request,
      )
      expect(lines).toHaveLength(2)
      for (const secret of Object.values(SECRETS)) expect(JSON.stringify(lines)).not.toContain(secret)
    },
  )
})
