import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectAlive, openAccount, profileOf, sessionsOf, signIn, type Tokens } from './accounts.ts'
import { call, expectProblem } from './client.ts'
import { documentedRoutes, findRoute } from './openapi.ts'
import { BASE_URL, some } from './pace.ts'

let tokens: Tokens

beforeAll(async () => {
  tokens = await signIn(await openAccount())
})

/** In place of whatever the path names. */
const withIds = (path: string, id: string) => path.replace(/\{\w+\}/g, id)

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY']
const paths = [...new Set(documentedRoutes.map(({ path }) => path))].map((path) => withIds(path, 'x'.repeat(22)))

/** What fetch would not send, or would straighten out first. */
function raw(method: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { protocol, hostname, port } = new URL(BASE_URL)
  const send = protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    send({ method, hostname, port, path, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

describe('requests that no route takes', () => {
  test('unknown paths are not found, with and without a token', async () => {
    const unknown = [
      '/',
      '/nothing',
      '/users/me',
      '/users/verify/again',
      '/sessions/a/b',
      '/me/sessions',
      '/health/deep',
      '/openapi',
      '/openapi.yaml',
      '/ME',
      '/.env',
      '/.git/config',
      '/admin',
      '/metrics',
      '/favicon.ico',
      `/${'x'.repeat(4000)}`,
    ]
    for (const path of unknown) {
      expect((await call('GET', path)).body, path).toEqual({ message: 'Not Found' })
    }
    expect((await call('GET', '/nothing', { token: tokens.accessToken })).status).toBe(404)
  })

  test('methods that a path has no route for are not found, and none is a fault', async () => {
    for (const path of paths) {
      for (const method of METHODS.filter((known) => !findRoute(known, path))) {
        const { status } = await call(method, path, { token: tokens.accessToken })
        if (method !== 'OPTIONS') expect({ method, path, status }).toEqual({ method, path, status: 404 })
      }
    }
  })

  test('TRACE echoes nothing and overriding headers change no method', async () => {
    const authorization = `Bearer ${tokens.accessToken}`
    expect(await raw('TRACE', '/me', { authorization })).toBeGreaterThanOrEqual(400)
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const answer = await call('GET', '/me', { token: tokens.accessToken, headers: { [name]: 'DELETE' } })
      expect(answer.status).toBe(200)
    }
    for (const name of ['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix']) {
      expect((await call('GET', '/health', { headers: { [name]: '/me' } })).body).toEqual({ status: 'ok' })
    }
    await profileOf(tokens)
  })

  test('odd paths are no fault and open nothing', async () => {
    const odd = [
      '//me',
      '/me/',
      '/./me',
      '/health/../me',
      '/%6de',
      '/me%00',
      '/me%2f',
      '/me;x=1',
      '/me?',
      '/%',
      '/%ff',
      '/me#x',
    ]
    for (const path of odd) {
      const status = await raw('GET', path)
      expect({ path, status }).toMatchObject({ status: expect.toSatisfy((code: number) => code >= 400 && code < 500) })
    }
    expect(await raw('DELETE', '/sessions/%00', { authorization: `Bearer ${tokens.accessToken}` })).toBeLessThan(500)
    expect(await raw('DELETE', '/sessions/%ff', { authorization: `Bearer ${tokens.accessToken}` })).toBeLessThan(500)
    expect(await sessionsOf(tokens)).toHaveLength(1)
  })

  test('unknown query parameters are refused by every route, and nothing changes', async () => {
    for (const [n, { method, path, operation }] of documentedRoutes.entries()) {
      const target = withIds(path, tokens.session.id)
      const sent = operation.requestBody ? { json: { name: 'Changed' } } : {}
      for (const query of some(['unknown=1', '__proto__=1', 'constructor', 'userId=x'], n)) {
        const answer = await call(method, `${target}?${query}`, { token: tokens.accessToken, ...sent })
        expectProblem(answer, 400, 'invalid_input')
      }
    }
    expect(await sessionsOf(tokens)).toHaveLength(1)
    expect(await profileOf(tokens)).toMatchObject({ name: '', version: 1 })
  })

  test('a body where none is taken is refused, and nothing changes', async () => {
    for (const path of ['/sessions', '/sessions/current', `/sessions/${tokens.session.id}`, '/me']) {
      for (const body of some(['{}', 'x', 'null'], path.length)) {
        const answer = await call('DELETE', path, { token: tokens.accessToken, body })
        expectProblem(answer, 400, 'invalid_input')
      }
    }
    await expectAlive(tokens)
  })

  test('a foreign origin is not let in', async () => {
    const origin = 'https://evil.example'
    for (const answer of [
      await call('GET', '/health', { headers: { origin } }),
      await call('GET', '/me', { headers: { origin } }),
      await call('OPTIONS', '/me', { headers: { origin, 'access-control-request-method': 'DELETE' } }),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).not.toBe(origin)
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    }
  })
})
