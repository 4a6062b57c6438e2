import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, openAccount, profileOf, sessionsOf, signIn, type Tokens } from './accounts.ts'
import { call, expectProblem, expectUnauthorized } from './client.ts'
import { documentedRoutes } from './openapi.ts'
import { expectThings, makeThings, type Things, type Use } from './things.ts'
import { USES } from './uses.ts'

const protectedRoutes = documentedRoutes.filter(({ operation }) => operation.security?.length)
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

/** A rightful request for each protected route, in an order in which none spoils the next. */
const PROTECTED_USES = Object.entries(USES).filter(([, use]) => !use.public)
const PUBLIC = Object.keys(USES).filter((name) => USES[name]?.public)

let account: Account
let bystander: Tokens
let things: Things

beforeAll(async () => {
  account = await openAccount()
  bystander = await signIn(account)
  things = await makeThings({ ...account, token: bystander.accessToken }, bystander.session.id)
})

function use(name: string, { json, ids }: Use, token?: string) {
  const [method = '', path = ''] = name.split(' ')
  const target = path.replace(/\{(\w+)\}/g, (_, id: string) => ids?.(things)[id] ?? '')
  return call(method, target, { ...(token ? { token } : {}), ...(json ? { json: json(things) } : {}) })
}

async function expectUnchanged(): Promise<void> {
  expect(await sessionsOf(bystander)).toHaveLength(1)
  expect(await profileOf(bystander)).toMatchObject({ name: '', version: 1 })
  await expectThings({ ...account, token: bystander.accessToken }, things)
}

describe('protected routes', () => {
  test('are all but those on the public list, and each is known here', () => {
    const open = documentedRoutes.filter((route) => !protectedRoutes.includes(route))
    expect(open.map(nameOf).toSorted()).toEqual(PUBLIC.toSorted())
    expect(protectedRoutes.map(nameOf).toSorted()).toEqual(PROTECTED_USES.map(([name]) => name).toSorted())
  })

  test.each(PROTECTED_USES)('%s without a token is refused by the gateway', async (name, wanted) => {
    expectUnauthorized(await use(name, wanted))
  })

  test('without a token changed nothing', async () => {
    await expectUnchanged()
  })

  test('with the token of an ended session are refused, each of them, and change nothing', async () => {
    const { accessToken: token } = await signIn(account)
    expect((await call('DELETE', '/sessions/current', { token })).status).toBe(204)
    for (const [name, wanted] of PROTECTED_USES) {
      expectProblem(await use(name, wanted, token), 401, 'session_ended')
    }
    await expectUnchanged()
  })

  test('work as the very first request of a session, each of them', async () => {
    for (const [name, wanted] of PROTECTED_USES) {
      const { accessToken } = await signIn(account)
      const answer = await use(name, wanted, accessToken)
      expect({ name, status: answer.status, text: answer.text }).toMatchObject({ name, status: wanted.status })
    }
  })
})
