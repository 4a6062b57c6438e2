import { describe, expect, test } from 'vitest'
import { expectDead, newAddress, newPassword, openAccount, signIn, signUp, trySignIn, verify } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { codesIn, mailGap, mailsTo, mostMailsSince, QUIET, waitForMails } from '../outbox.ts'
import { seconds } from '../pace.ts'

const AT_ONCE = 3

const ask = (email: string, password: string) => call<object>('POST', '/users', { json: { email, password } })

/** Each of these sits out the time between two mails to one address; they do so together. */
describe.concurrent('an address', () => {
  test('that has an account gets the answer of any other, and a mail that says so to its owner alone', async () => {
    const account = await openAccount()
    await mailGap()
    const password = newPassword()
    const [taken, free] = [await ask(account.email.toUpperCase(), password), await ask(newAddress(), password)]
    expect(taken.status).toBe(202)
    expect(taken.status).toBe(free.status)
    expect(Object.keys(taken.body)).toEqual(Object.keys(free.body))
    expect(taken.text).toHaveLength(free.text.length)
    const names = ({ headers }: typeof taken) => [...headers.keys()].sort()
    expect(names(taken)).toEqual(names(free))

    const [mail] = await waitForMails(account.email, 2)
    expect(mail).toMatchObject({ to: account.email, subject: expect.stringMatching(/^You have an account at \S/) })
    expect(mail?.text).not.toMatch(/#token=|\d{4} \d{4}/)
    const { pendingId = '' } = taken.body as { pendingId?: string }
    expectProblem(await verify({ pendingId, code: '00000000' }), 400, 'verification_failed')
    expectProblem(await verify({ token: `${pendingId}.${'A'.repeat(43)}` }), 400, 'verification_failed')
    expectProblem(await trySignIn(account.email, password), 401, 'credentials_invalid')
    await signIn(account)
  })

  test('of a deleted account is free again, and nothing of the old account comes back with it', async () => {
    const old = await openAccount({ name: 'Old' })
    const tokens = await signIn(old)
    expect((await call('DELETE', '/me', { token: tokens.accessToken })).status).toBe(204)
    await mailGap()
    const password = newPassword()
    await signUp(old.email, password)
    const [mail] = await waitForMails(old.email, 2)
    const { token } = codesIn(mail!)
    const { status, body } = await verify({ token })
    expect(status).toBe(201)
    expect(body.id).not.toBe(old.id)
    await expectDead(tokens)
    expectProblem(await trySignIn(old.email, old.password), 401, 'credentials_invalid')
    const profile = await call('GET', '/me', { token: (await signIn({ ...old, password })).accessToken })
    expect(profile.body).toMatchObject({ id: body.id, name: '', version: 1 })
  })

  test('gets one mail in a while, however often it is asked; two links for one address make one account', async () => {
    const email = newAddress()
    const start = Date.now()
    await Promise.all(Array.from({ length: AT_ONCE }, () => signUp(email, newPassword())))
    await waitForMails(email, 1, AT_ONCE)
    await seconds(QUIET)
    const before = await mailsTo(email)
    expect(before.length).toBeLessThanOrEqual(mostMailsSince(start))
    await mailGap()
    await signUp(email, newPassword())
    const mails = await waitForMails(email, before.length + 1, mostMailsSince(start))
    const links = mails.slice(0, 2).map((mail) => codesIn(mail).token)
    const answers = await Promise.all(links.map((token) => verify({ token }, true)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const loser = answers.findIndex(({ status }) => status !== 201)
    expectProblem(await verify({ token: links[loser] ?? '' }), 409, 'account_exists')
  })
})
