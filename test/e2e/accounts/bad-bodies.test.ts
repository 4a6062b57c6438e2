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
} from '../accounts.ts'
import { type BodyRoute, padded, refusesBadBodies, sendBody } from '../bad-bodies.ts'
import { remember } from '../known-secrets.ts'
import { documentedRoutes } from '../openapi.ts'
import { codesIn, QUIET, waitForMail, waitForMails } from '../outbox.ts'
import { seconds } from '../pace.ts'
import { FILE_USES } from '../uses.ts'

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
})

const RIGHTFUL: Record<string, () => Record<string, unknown>> = {
  'POST /users': () => ({ ...fresh, name: 'Name' }),
  'POST /users/verify': () => ({ token: pending.token }),
  'POST /sessions': () => ({ email: account.email, password: account.password }),
  'POST /sessions/refresh': () => ({ refreshToken: tokens.refreshToken }),
  'PATCH /me': () => ({ name: 'Changed' }),
}
const optional = (name: string) => (name === 'POST /users' ? ['name'] : [])
const ROUTES: BodyRoute[] = Object.entries(RIGHTFUL).map(([name, rightful]) => ({
  name,
  rightful,
  optional: optional(name),
  token: () => tokens.accessToken,
}))

refusesBadBodies(ROUTES)

describe('after all that', () => {
  test('every route with a body was tried', () => {
    const withBody = documentedRoutes.filter(({ operation }) => operation.requestBody)
    const tried = [...ROUTES.map(({ name }) => name), ...Object.keys(FILE_USES).filter((name) => FILE_USES[name]?.json)]
    expect(withBody.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(tried.toSorted())
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
    const route = ROUTES.find(({ name }) => name === 'POST /sessions')!
    expect((await sendBody(route, padded(body, LARGEST))).status).toBe(201)
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      expect((await sendBody(route, JSON.stringify(body), type)).status).toBe(201)
    }
  })
})
