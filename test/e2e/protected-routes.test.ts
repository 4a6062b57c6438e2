import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, openAccount, profileOf, sessionsOf, signIn, type Tokens } from './accounts.ts'
import { call, expectProblem, expectUnauthorized } from './client.ts'
import { expectThings, fileUses, makeThings, type Things } from './file-routes.ts'
import { documentedRoutes } from './openapi.ts'
import { PATIENCE } from './pace.ts'

const PUBLIC = [
  'GET /health',
  'GET /openapi.json',
  'POST /links/open',
  'POST /sessions',
  'POST /sessions/refresh',
  'POST /users',
  'POST /users/verify',
]
const protectedRoutes = documentedRoutes.filter(({ operation }) => operation.security?.length)
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

type Use = { status: number; ids?: () => Record<string, string>; json?: object }

/** A rightful request for each protected route, in an order in which none spoils the next. */
const USES: Record<string, Use> = {
  'GET /me': { status: 200 },
  'PATCH /me': { status: 200, json: { name: 'First' } },
  ...fileUses(() => things),
  'GET /sessions': { status: 200 },
  'DELETE /sessions/{id}': { status: 204, ids: () => ({ id: bystander.session.id }) },
  'DELETE /sessions/current': { status: 204 },
  'DELETE /sessions': { status: 204 },
  'DELETE /me': { status: 204 },
}

let account: Account
let bystander: Tokens
let things: Things

beforeAll(async () => {
  account = await openAccount()
  bystander = await signIn(account)
  things = await makeThings({ ...account, token: bystander.accessToken })
}, PATIENCE)

function use(name: string, { json, ids }: Use, token?: string) {
  const [method = '', path = ''] = name.split(' ')
  const target = path.replace(/\{(\w+)\}/g, (_, id: string) => ids?.()[id] ?? '')
  return call(method, target, { ...(token ? { token } : {}), ...(json ? { json } : {}) })
}

async function expectUnchanged(): Promise<void> {
  expect(await sessionsOf(bystander)).toHaveLength(1)
  expect(await profileOf(bystander)).toMatchObject({ name: '', version: 1 })
  await expectThings({ ...account, token: bystander.accessToken }, things)
}

describe('protected routes', { timeout: PATIENCE }, () => {
  test('are all but those on the public list, and each is known here', () => {
    const open = documentedRoutes.filter((route) => !protectedRoutes.includes(route))
    expect(open.map(nameOf).toSorted()).toEqual(PUBLIC)
    expect(protectedRoutes.map(nameOf).toSorted()).toEqual(Object.keys(USES).toSorted())
  })

  test.each(Object.entries(USES))('%s without a token is refused by the gateway', async (name, wanted) => {
    expectUnauthorized(await use(name, wanted))
  })

  test('without a token changed nothing', async () => {
    await expectUnchanged()
  })

  test('with the token of an ended session are refused, each of them, and change nothing', async () => {
    const { accessToken: token } = await signIn(account)
    expect((await call('DELETE', '/sessions/current', { token })).status).toBe(204)
    for (const [name, wanted] of Object.entries(USES)) {
      expectProblem(await use(name, wanted, token), 401, 'session_ended')
    }
    await expectUnchanged()
  })

  test('work as the very first request of a session, each of them', async () => {
    for (const [name, wanted] of Object.entries(USES)) {
      const { accessToken } = await signIn(account)
      const answer = await use(name, wanted, accessToken)
      expect({ name, status: answer.status, text: answer.text }).toMatchObject({ name, status: wanted.status })
    }
  })
})
