import { beforeAll, describe, expect, inject, test } from 'vitest'
import {
  type Account,
  expectAlive,
  expectDead,
  openAccount,
  refresh,
  sessionsOf,
  signIn,
  type Tokens,
} from '../accounts.ts'
import { call, expectProblem } from '../client.ts'

const other = inject('stranger')
let account: Account

beforeAll(async () => {
  account = await openAccount()
})

async function end({ accessToken: token }: Tokens, target: string): Promise<void> {
  expect((await call('DELETE', target, { token })).status).toBe(204)
}

const signInTimes = (times: number) => Promise.all(Array.from({ length: times }, () => signIn(account)))
const idsOf = async (tokens: Tokens) => (await sessionsOf(tokens)).map(({ id }) => id)

describe('ending sessions', () => {
  test('one: it is dead on the very next request, with all its tokens; the others live', async () => {
    const [me, victim] = await signInTimes(2)
    const next = await refresh(victim!.refreshToken)
    await end(me!, `/sessions/${victim!.session.id}`)
    await expectDead(next)
    await expectDead(victim!)
    const ids = await idsOf(me!)
    expect(ids).toContain(me!.session.id)
    expect(ids).not.toContain(victim!.session.id)
    await expectAlive(me!)
  })

  test('the current one: it is dead on the very next request; the others live', async () => {
    const [me, bystander] = await signInTimes(2)
    await end(me!, '/sessions/current')
    await expectDead(me!)
    expect(await idsOf(bystander!)).not.toContain(me!.session.id)
    await expectAlive(bystander!)
  })

  test('all: each is dead on the very next request, and a new sign-in lives', async () => {
    const [me, ...rest] = await signInTimes(3)
    await end(me!, '/sessions')
    for (const dead of [me!, ...rest]) await expectDead(dead)
    const fresh = await signIn(account)
    expect(await idsOf(fresh)).toEqual([fresh.session.id])
    await expectAlive(fresh)
  })

  test('all others: each is dead on the very next request; the one that asked lives on', async () => {
    const [me, ...rest] = await signInTimes(3)
    await end(me!, '/sessions?except=current')
    for (const dead of rest) await expectDead(dead)
    expect(await idsOf(me!)).toEqual([me!.session.id])
    const next = await expectAlive(me!)
    await end(next, '/sessions?except=current')
    const fresh = await signIn(account)
    await expectAlive(next)
    await expectAlive(fresh)
  })

  test('all others, from two sessions at once: at most one of them survives', async () => {
    const rivals = await signInTimes(2)
    const answers = await Promise.all(
      rivals.map(({ accessToken: token }) => call('DELETE', '/sessions?except=current', { token })),
    )
    const alive: Tokens[] = []
    for (const [n, answer] of answers.entries()) {
      if (answer.status !== 204) expectProblem(answer, 401, 'session_ended')
      const probe = await call('GET', '/me', { token: rivals[n]!.accessToken })
      if (probe.status === 200) alive.push(rivals[n]!)
      else await expectDead(rivals[n]!)
    }
    expect(alive).toHaveLength(1)
    await expectAlive(alive[0]!)
  })

  test('another user’s: there is no such session, and it lives on', async () => {
    const mine = await signIn(account)
    const theirs = await signIn(other)
    const { accessToken: token } = mine
    expectProblem(await call('DELETE', `/sessions/${theirs.session.id}`, { token }), 404, 'session_not_found')
    expect(await idsOf(theirs)).toContain(theirs.session.id)
    await expectAlive(theirs)
    await end(mine, '/sessions')
    await expectAlive(await signIn(other))
  })

  test('unknown and malformed ids: refused, and nothing ends', async () => {
    const me = await signIn(account)
    const { accessToken: token } = me
    const before = await idsOf(me)
    expectProblem(await call('DELETE', '/sessions/no-such-session-here', { token }), 404, 'session_not_found')
    for (const id of ['gate', 's', 'Current', '*', 's%23', `${me.session.id}.x`, 'x'.repeat(200)]) {
      expectProblem(await call('DELETE', `/sessions/${id}`, { token }), 400, 'invalid_input')
    }
    for (const query of ['except=Current', 'except=', 'except=current&except=current', 'Except=current', 'all=true']) {
      expectProblem(await call('DELETE', `/sessions?${query}`, { token }), 400, 'invalid_input')
    }
    expect(await idsOf(me)).toEqual(before)
    await expectAlive(me)
  })

  test('twice: the second time changes nothing, and a dead session can end nothing', async () => {
    const [me, victim] = await signInTimes(2)
    await end(me!, `/sessions/${victim!.session.id}`)
    await end(me!, `/sessions/${victim!.session.id}`)
    await expectDead(victim!)
    const { accessToken: token } = victim!
    for (const target of [
      '/sessions',
      '/sessions?except=current',
      '/sessions/current',
      `/sessions/${me!.session.id}`,
    ]) {
      expectProblem(await call('DELETE', target, { token }), 401, 'session_ended')
    }
    await expectAlive(me!)
  })
})
