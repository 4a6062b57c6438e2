import { describe, expect, test } from 'vitest'
import { type Account, newAddress, newPassword, openAccount, signIn, signUp, trySignIn, verify } from '../accounts.ts'
import { expectProblem } from '../client.ts'
import { codesIn, mostMailsSince, waitForMail, waitForMails } from '../outbox.ts'
import { MAIL_DOMAIN, PARALLEL } from '../pace.ts'

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0))

async function expectOneAccount(account: Account, spellings: string[]): Promise<void> {
  for (const email of spellings) {
    const { session, accessToken } = await signIn({ ...account, email })
    expect(session.current, email).toBe(true)
    expect(JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sub, email).toBe(account.id)
  }
}

const attempts = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: PARALLEL }, ask))

describe('one address has one account', () => {
  test('whatever its case and width', async () => {
    const email = newAddress().replace('e2e-', 'E2e.Tag+')
    const account = await openAccount({ email })
    const [local = '', domain = ''] = email.split('@')
    await expectOneAccount(account, [
      email.toLowerCase(),
      email.toUpperCase(),
      `${fullWidth(local)}@${domain}`,
      `${local}@${fullWidth(domain)}`,
      `${local}@${domain.replaceAll('.', '。')}`,
    ])
    for (const other of [email.replace('.Tag', 'Tag'), email.replace('+', ''), email.replace(/\+[^@]*/, '')]) {
      expectProblem(await trySignIn(other, account.password), 401, 'credentials_invalid')
    }
  })

  test('whichever way its domain is spelled; mail goes to the one that mail servers know', async () => {
    const local = newAddress().split('@')[0]
    const email = `${local}@xn--bcher-kva.${MAIL_DOMAIN}`
    const password = newPassword()
    await signUp(`${local}@bücher.${MAIL_DOMAIN}`, password)
    const { token } = codesIn(await waitForMail(email))
    const { body } = await verify({ token })
    await expectOneAccount({ id: body.id, email, password }, [
      email,
      `${local}@BÜCHER.${MAIL_DOMAIN}`,
      `${local}@bu\u0308cher.${MAIL_DOMAIN}`,
      `${local}@XN--BCHER-KVA.${MAIL_DOMAIN}`,
    ])
  })

  test('a sign-up in full-width letters is mailed to the plain address', async () => {
    const email = newAddress()
    await signUp(fullWidth(email).replace('＠', '@'), newPassword())
    expect((await waitForMail(email)).to).toBe(email)
  })

  test('however many sign up and verify at once', async () => {
    const email = newAddress()
    const password = newPassword()
    const start = Date.now()
    const pending = await attempts(() => signUp(email, password))
    expect(new Set(pending).size).toBe(PARALLEL)
    const [mail] = await waitForMails(email, 1, mostMailsSince(start))
    const { token } = codesIn(mail!)

    const answers = await attempts(() => verify({ token }, true))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const { status } of answers) expect([201, 400, 409, 503]).toContain(status)
    expectProblem(await verify({ token }), 400, 'verification_failed')

    const id = answers.find(({ status }) => status === 201)?.body.id ?? ''
    await expectOneAccount({ id, email, password }, [email])
    await waitForMails(email, 1, mostMailsSince(start))
  })

  test('however many type the right code at once', async () => {
    const email = newAddress()
    const password = newPassword()
    const pendingId = await signUp(email, password)
    const { code, token } = codesIn(await waitForMail(email))
    const answers = await attempts(() => verify({ pendingId, code }, true))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expectProblem(await verify({ token }), 400, 'verification_failed')
    await signIn({ id: '', email, password })
  })
})
