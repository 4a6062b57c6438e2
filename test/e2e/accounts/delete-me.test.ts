import { describe, expect, inject, test } from 'vitest'
import {
  expectAlive,
  expectDead,
  newAddress,
  newPassword,
  openAccount,
  profileOf,
  signIn,
  signUp,
  trySignIn,
  verify,
} from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { codesIn, waitForMail } from '../outbox.ts'

describe.concurrent('deleting my account', () => {
  test('ends every session on the very next request, and nobody signs in any more', async () => {
    const account = await openAccount()
    const [me, elsewhere, other] = [await signIn(account), await signIn(account), await signIn(inject('stranger'))]
    await profileOf(me)
    const { accessToken: token } = me
    expect((await call('DELETE', '/me', { token })).status).toBe(204)
    await expectDead(me)
    await expectDead(elsewhere)
    expectProblem(await trySignIn(account.email, account.password), 401, 'credentials_invalid')
    for (const [method, target] of [
      ['DELETE', '/me'],
      ['GET', '/sessions'],
      ['DELETE', '/sessions'],
      ['DELETE', `/sessions/${elsewhere.session.id}`],
    ] as const) {
      expectProblem(await call(method, target, { token }), 401, 'session_ended')
    }
    expectProblem(await call('PATCH', '/me', { token, json: { name: 'Ghost' } }), 401, 'session_ended')
    await expectAlive(other)
  })

  test('brings no used link and no used code back to life', async () => {
    const email = newAddress()
    const password = newPassword()
    const pendingId = await signUp(email, password)
    const { token, code } = codesIn(await waitForMail(email))
    const { body } = await verify({ token })
    const { accessToken } = await signIn({ id: body.id, email, password })
    expect((await call('DELETE', '/me', { token: accessToken })).status).toBe(204)
    expectProblem(await verify({ token }), 400, 'verification_failed')
    expectProblem(await verify({ pendingId, code }), 400, 'verification_failed')
    expectProblem(await trySignIn(email, password), 401, 'credentials_invalid')
  })

  test('twice at once deletes it once, without a fault', async () => {
    const account = await openAccount()
    const sessions = [await signIn(account), await signIn(account)]
    const answers = await Promise.all(
      sessions.map(({ accessToken: token }) => call('DELETE', '/me', { token, mayBeBusy: true })),
    )
    expect(answers.some(({ status }) => status === 204)).toBe(true)
    for (const { status } of answers) expect([204, 401, 503]).toContain(status)
    for (const tokens of sessions) await expectDead(tokens)
    expectProblem(await trySignIn(account.email, account.password), 401, 'credentials_invalid')
  })

  test('with a body or a query deletes nothing', async () => {
    const tokens = await signIn(await openAccount())
    const { accessToken: token } = tokens
    expectProblem(await call('DELETE', '/me', { token, json: { confirm: false } }), 400, 'invalid_input')
    expectProblem(await call('DELETE', '/me?dry-run=true', { token }), 400, 'invalid_input')
    await expectAlive(tokens)
  })
})
