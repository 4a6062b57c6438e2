import { describe, expect, test } from 'vitest'
import { newAddress, newPassword, openAccount, profileOf, signIn, signUp, trySignIn, verify } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { codesIn, waitForMail } from '../outbox.ts'

const wrongCodes = (code: string, count: number) =>
  Array.from({ length: count }, (_, n) => String((Number(code) + n + 1) % 100_000_000).padStart(8, '0'))

async function pendingAccount() {
  const email = newAddress()
  const password = newPassword()
  const pendingId = await signUp(email, password)
  return { email, password, pendingId, ...codesIn(await waitForMail(email)) }
}

describe.concurrent('sign-up', () => {
  test('the mailed link opens the account, once, and nobody signs in before', async () => {
    const email = newAddress()
    const password = newPassword()
    const pendingId = await signUp(email, password, 'Ada Lovelace')
    const mail = await waitForMail(email)
    expect(mail.subject).toMatch(/^Confirm your address for \S/)
    const { token, code } = codesIn(mail)
    expectProblem(await trySignIn(email, password), 401, 'credentials_invalid')

    const { status, body } = await verify({ token })
    expect(status).toBe(201)
    expectProblem(await verify({ token }), 400, 'verification_failed')
    expectProblem(await verify({ pendingId, code }), 400, 'verification_failed')

    const profile = await profileOf(await signIn({ id: body.id, email, password }))
    expect(profile).toMatchObject({ id: body.id, email, name: 'Ada Lovelace', version: 1 })
  })

  test.each([
    ['with a space', (code: string) => `${code.slice(0, 4)} ${code.slice(4)}`],
    ['with a dash', (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`],
    ['as 8 digits', (code: string) => code],
  ])('the code typed %s opens the account, once', async (_, typed) => {
    const { pendingId, code, token } = await pendingAccount()
    expect((await verify({ pendingId, code: typed(code) })).status).toBe(201)
    expectProblem(await verify({ pendingId, code: typed(code) }), 400, 'verification_failed')
    expectProblem(await verify({ token }), 400, 'verification_failed')
  })

  test('the fifth try of the code still counts', async () => {
    const { pendingId, code } = await pendingAccount()
    for (const wrong of wrongCodes(code, 4)) {
      expectProblem(await verify({ pendingId, code: wrong }), 400, 'verification_failed')
    }
    expect((await verify({ pendingId, code })).status).toBe(201)
  })

  test('five wrong codes, also at once, kill the code; the link still works', async () => {
    const { pendingId, code, token } = await pendingAccount()
    const guesses = await Promise.all(wrongCodes(code, 5).map((wrong) => verify({ pendingId, code: wrong })))
    for (const guess of guesses) expectProblem(guess, 400, 'verification_failed')
    expectProblem(await verify({ pendingId, code }), 400, 'verification_failed')
    expect((await verify({ token })).status).toBe(201)
  })

  test('wrong, foreign and malformed tokens open nothing and cost their owner nothing', async () => {
    const [mine, other] = await Promise.all([pendingAccount(), pendingAccount()])
    const [id = '', secret = ''] = mine.token.split('.')
    const [otherId = '', otherSecret = ''] = other.token.split('.')
    const tokens = [
      `${id}.${otherSecret}`,
      `${otherId}.${secret}`,
      `${id}.${secret.slice(0, -1)}`,
      `${mine.token}A`,
      `${mine.token}.x`,
      ` ${mine.token}`,
      `${id}.${secret.toLowerCase()}`,
      `${id}.`,
      `.${secret}`,
      id,
      secret,
      '',
      '.',
      '\u0000.\u0000',
      '\ud800.\ud800',
      `${'x'.repeat(100)}.${'y'.repeat(99)}`,
      `${'é'.repeat(20)}.${'🦊'.repeat(20)}`,
      '__proto__.constructor',
    ]
    for (const token of tokens) {
      const answer = await verify({ token })
      expect(answer.status, JSON.stringify(token)).toBe(400)
    }
    expectProblem(await verify({ pendingId: otherId, code: mine.code }), 400, 'verification_failed')
    expectProblem(await verify({ pendingId: 'no-such-sign-up-at-all', code: mine.code }), 400, 'verification_failed')
    expectProblem(await verify({ token: `${mine.token}${'x'.repeat(200)}` }), 400, 'invalid_input')
    expectProblem(
      await call('POST', '/users/verify', { json: { token: mine.token, pendingId: id, code: mine.code } }),
      400,
      'invalid_input',
    )
    expect((await verify({ token: mine.token })).status).toBe(201)
    expect((await verify({ token: other.token })).status).toBe(201)
  })

  test('what is no code of 8 digits is refused and is no try', async () => {
    const { pendingId, code } = await pendingAccount()
    for (const typed of [
      '',
      '1234567',
      '123456789',
      '1234  5678',
      '1234_5678',
      '１２３４５６７８',
      ' 12345678',
      '12345678\n',
    ]) {
      expectProblem(await verify({ pendingId, code: typed }), 400, 'invalid_input')
    }
    expect((await verify({ pendingId, code })).status).toBe(201)
  })

  test('the name is kept as typed, in any script, without its outer blanks', async () => {
    const account = await openAccount({ name: '  Zoë \u{1F98A} عالم 李  ' })
    expect((await profileOf(await signIn(account))).name).toBe('Zoë \u{1F98A} عالم 李')
  })
})
