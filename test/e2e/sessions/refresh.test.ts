import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import {
  type Account,
  expectAlive,
  expectDead,
  openAccount,
  profileOf,
  refresh,
  sessionsOf,
  signIn,
  type Tokens,
  tryRefresh,
} from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { PARALLEL, ROUNDS } from '../pace.ts'

const other = inject('stranger')
let account: Account

beforeAll(async () => {
  account = await openAccount()
})

type Part = 'version' | 'user' | 'sid' | 'family' | 'secret'
const PARTS: Part[] = ['version', 'user', 'sid', 'family', 'secret']
const part = (token: string, name: Part) => token.split('.')[PARTS.indexOf(name)] ?? ''
const withPart = (token: string, name: Part, value: string) =>
  token.split('.').with(PARTS.indexOf(name), value).join('.')
const randomFamily = () => randomBytes(16).toString('base64url')
const randomSecret = () => randomBytes(32).toString('base64url')
const repeat = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: PARALLEL }, work))

describe('refresh', () => {
  test('gives a new refresh token and an access token of the same session', async () => {
    const first = await signIn(account, { 'user-agent': 'refresher' })
    const second = await refresh(first.refreshToken)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(second.accessToken).not.toBe(first.accessToken)
    for (const name of ['version', 'user', 'sid', 'family'] as const) {
      expect(part(second.refreshToken, name)).toBe(part(first.refreshToken, name))
    }
    const { id, signedInAt, device } = first.session
    expect(second.session).toMatchObject({ id, signedInAt, device, current: true })
    expect(Date.parse(second.session.lastUsedAt)).toBeGreaterThanOrEqual(Date.parse(first.session.lastUsedAt))
    expect(await profileOf(first)).toEqual(await profileOf(second))
    await expectAlive(second)
  })

  test('repeated within 30 seconds gives the same successor', async () => {
    const first = await signIn(account)
    const second = await refresh(first.refreshToken)
    await profileOf(second)
    const again = await refresh(first.refreshToken)
    expect(again.refreshToken).toBe(second.refreshToken)
    await profileOf(again)
    await expectAlive(second)
  })

  test('many times at once gives one successor, and the session lives', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { refreshToken } = await signIn(account)
      const answers = await repeat(() => refresh(refreshToken))
      expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1)
      await expectAlive(answers.at(-1)!)
    }
  })

  test('beside the end of its session leaves the session dead', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const tokens = await signIn(account)
      const [ended, ...answers] = await Promise.all([
        call('DELETE', '/sessions/current', { token: tokens.accessToken }),
        ...Array.from({ length: 4 }, () => tryRefresh(tokens.refreshToken)),
      ])
      expect(ended.status).toBe(204)
      for (const answer of answers) {
        if (answer.status === 200) await expectDead(answer.body)
        else expectProblem(answer, 401, 'session_ended')
      }
      await expectDead(tokens)
    }
  })

  test('refuses a token of another family by name, and nothing changes', async () => {
    const parent = await signIn(account)
    const current = await refresh(parent.refreshToken)
    const before = await sessionsOf(current)
    for (const token of [current.refreshToken, parent.refreshToken]) {
      expectProblem(await tryRefresh(withPart(token, 'family', randomFamily())), 401, 'refresh_token_invalid')
      const strange = withPart(withPart(token, 'family', randomFamily()), 'secret', randomSecret())
      expectProblem(await tryRefresh(strange), 401, 'refresh_token_invalid')
    }
    expect(await sessionsOf(current)).toEqual(before)
    expect((await refresh(parent.refreshToken)).refreshToken).toBe(current.refreshToken)
    await expectAlive(current)
  })

  test('refuses an unknown session, and one named as of another user; nothing changes', async () => {
    const mine = await signIn(account)
    const theirs = await signIn(other)
    const strangers = [
      withPart(mine.refreshToken, 'sid', randomFamily()),
      withPart(mine.refreshToken, 'user', randomFamily()),
      withPart(mine.refreshToken, 'user', other.id),
      withPart(withPart(mine.refreshToken, 'user', randomFamily()), 'sid', randomFamily()),
    ]
    for (const token of strangers) expectProblem(await tryRefresh(token), 401, 'session_ended')
    const mixed = ['user', 'sid'].reduce(
      (token, name) => withPart(token, name as Part, part(theirs.refreshToken, name as Part)),
      mine.refreshToken,
    )
    expectProblem(await tryRefresh(mixed), 401, 'refresh_token_invalid')
    await Promise.all([expectAlive(mine), expectAlive(theirs)])
  })

  test('refuses what is no refresh token, and nothing changes', async () => {
    const tokens = await signIn(account)
    const { refreshToken, accessToken } = tokens
    const garbage = [
      '',
      'v1',
      '....',
      'v1....',
      accessToken.slice(0, 300),
      refreshToken.slice(0, -1),
      `${refreshToken}A`,
      `${refreshToken}.x`,
      ` ${refreshToken}`,
      `${refreshToken}\n`,
      refreshToken.toUpperCase(),
      refreshToken.replaceAll('.', ':'),
      withPart(refreshToken, 'version', 'v2'),
      withPart(refreshToken, 'version', 'v1\u0000'),
      withPart(refreshToken, 'user', 'gate'),
      withPart(refreshToken, 'sid', 's#'),
      withPart(refreshToken, 'user', '\ud800'.repeat(22)),
      withPart(refreshToken, 'secret', ''),
    ]
    for (const token of garbage) expectProblem(await tryRefresh(token), 401, 'refresh_token_invalid')
    expectProblem(await tryRefresh(`${refreshToken}${'A'.repeat(300)}`), 400, 'invalid_input')
    await expectAlive(tokens)
  })

  test('refuses an ended session, however it ended', async () => {
    const ends: ((tokens: Tokens) => Promise<unknown>)[] = [
      ({ accessToken: token }) => call('DELETE', '/sessions/current', { token }),
      ({ accessToken: token, session }) => call('DELETE', `/sessions/${session.id}`, { token }),
      ({ accessToken: token }) => call('DELETE', '/sessions', { token }),
    ]
    for (const end of ends) {
      const parent = await signIn(account)
      const tokens = await refresh(parent.refreshToken)
      await end(tokens)
      // The parent first: behind a shut gate its child still rotates, in vain, and would make a grandparent of it.
      await expectDead(parent)
      await expectDead(tokens)
    }
  })
})
