import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type Account,
  expectAlive,
  expectDead,
  openAccount,
  profileOf,
  refresh,
  sessionsOf,
  signIn,
  tryRefresh,
} from '../accounts.ts'
import { expectProblem } from '../client.ts'
import { mailsTo, QUIET, waitForMails } from '../outbox.ts'
import { seconds } from '../pace.ts'

/** Past the 30 seconds in which a used token gives its own successor again. */
const LATE = 31.2
const AT_ONCE = 8

const atOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: AT_ONCE }, work))

/** After the mail of the sign-up: one for each session that ended by reuse, and no more. */
async function expectReuseMails({ email }: Account, count: number): Promise<void> {
  await waitForMails(email, 1 + count)
  await seconds(QUIET)
  const told = (await mailsTo(email)).filter(({ subject }) => /^One of your sessions at \S.* was ended$/.test(subject))
  expect(told).toHaveLength(count)
  for (const { to } of told) expect(to).toBe(email)
}

/** Half of these sit out the 30 seconds; they do so together. */
describe.concurrent('a used refresh token', () => {
  test('two generations old ends its session alone and is told to the owner by one mail, however often it comes', async () => {
    const account = await openAccount()
    const bystander = await signIn(account)
    const first = await signIn(account)
    const second = await refresh(first.refreshToken)
    const third = await refresh(second.refreshToken)
    const answers = await atOnce(() => tryRefresh(first.refreshToken))
    for (const { status } of answers) expect(status).toBe(401)
    const codes = answers.map(({ body }) => (body as unknown as { code: string }).code)
    expect(codes).toContain('refresh_token_reused')
    for (const code of codes) expect(['refresh_token_reused', 'session_ended']).toContain(code)
    for (const dead of [first, second, third]) await expectDead(dead)
    await expectReuseMails(account, 1)
    expect((await sessionsOf(bystander)).map(({ id }) => id)).toEqual([bystander.session.id])
    await expectAlive(bystander)
  })

  test('that never was one of this family ends the session', async () => {
    const account = await openAccount()
    const tokens = await signIn(account)
    const guess = tokens.refreshToken.replace(/[^.]+$/, randomBytes(32).toString('base64url'))
    expectProblem(await tryRefresh(guess), 401, 'refresh_token_reused')
    await expectDead(tokens)
    await expectReuseMails(account, 1)
  })

  test('presented late, its successor never used, brings one new successor, however often at once', async () => {
    const account = await openAccount()
    const first = await signIn(account)
    await refresh(first.refreshToken)
    await seconds(LATE)
    const answers = await atOnce(() => refresh(first.refreshToken))
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    await expectAlive(answers[0]!)
    await expectReuseMails(account, 0)
  })

  test('presented late makes a trap of the successor whose answer was lost', async () => {
    const account = await openAccount()
    const first = await signIn(account)
    const lost = await refresh(first.refreshToken)
    await seconds(LATE)
    const reissued = await refresh(first.refreshToken)
    expect(reissued.refreshToken).not.toBe(lost.refreshToken)
    expect(reissued.session.id).toBe(first.session.id)
    await profileOf(reissued)
    expectProblem(await tryRefresh(lost.refreshToken), 401, 'refresh_token_reused')
    for (const dead of [first, lost, reissued]) await expectDead(dead)
    await expectReuseMails(account, 1)
  })

  test('presented late, its successor used, ends its session alone and is told to the owner by one mail', async () => {
    const account = await openAccount()
    const bystander = await signIn(account)
    const first = await signIn(account)
    const second = await refresh(first.refreshToken)
    await profileOf(second)
    await seconds(LATE)
    expectProblem(await tryRefresh(first.refreshToken), 401, 'refresh_token_reused')
    expectProblem(await tryRefresh(first.refreshToken), 401, 'session_ended')
    for (const dead of [first, second]) await expectDead(dead)
    await expectReuseMails(account, 1)
    await expectAlive(bystander)
  })

  test('presented late, its successor used up in turn, ends its session', async () => {
    const account = await openAccount()
    const first = await signIn(account)
    const second = await refresh(first.refreshToken)
    const third = await refresh(second.refreshToken)
    await seconds(LATE)
    expectProblem(await tryRefresh(first.refreshToken), 401, 'refresh_token_reused')
    await expectDead(third)
    await expectReuseMails(account, 1)
  })
})
