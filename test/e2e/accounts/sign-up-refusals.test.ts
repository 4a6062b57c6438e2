import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OWNER_ADDRESS, WEAK_PASSWORDS } from '../../fixtures/weak-passwords.ts'
import { newAddress, newPassword, openAccount, signIn, signUp, trySignIn } from '../accounts.ts'
import { call, expectProblem, type Problem } from '../client.ts'
import { mailsTo, QUIET, waitForMail } from '../outbox.ts'
import { MAIL_DOMAIN, seconds, some } from '../pace.ts'

const AT_ONCE = 8

const ask = (email: string, password: string, name?: unknown) =>
  call<Problem>('POST', '/users', { json: { email, password, ...(name === undefined ? {} : { name }) } })

async function expectRefused(email: string, password: string, code: string, field: string): Promise<void> {
  const answer = await ask(email, password)
  expect({ ...answer.body, email, password }).toMatchObject({ status: 400, code, errors: [{ field }] })
}

describe.concurrent('sign-up refuses', () => {
  test('long passwords that are weak all the same', async () => {
    const chosen = some(WEAK_PASSWORDS)
    for (let n = 0; n < chosen.length; n += AT_ONCE) {
      const some = chosen.slice(n, n + AT_ONCE)
      await Promise.all(some.map((weak) => expectRefused(OWNER_ADDRESS, weak, 'password_refused', 'password')))
    }
    expect(await mailsTo(OWNER_ADDRESS)).toEqual([])
  })

  test('passwords that are the address or the product over and over', async () => {
    const email = newAddress()
    await signUp(email, newPassword())
    const { subject } = await waitForMail(email)
    const product = subject.replace(/^Confirm your address for /, '')
    for (const word of [product, email.split('@')[0] ?? '']) {
      const password = `${word}7x${word.toUpperCase()}k!${word}`
      await expectRefused(email, password, 'password_refused', 'password')
    }
  })

  test('passwords under 15 or over 256 characters, counted as code points', async () => {
    const email = newAddress()
    const fox = (length: number) => Array.from({ length }, () => String.fromCodePoint(0x1f400 + randomInt(60))).join('')
    for (const password of ['', 'Vq7&mR2', newPassword().slice(0, 14), fox(14), fox(257), newPassword().repeat(10)]) {
      await expectRefused(email, password, 'password_refused', 'password')
    }
    await expectRefused(email, 'x'.repeat(4096), 'invalid_input', 'password')
  })

  test('no password for want of capitals, digits or signs: 15 characters, 256 of them, lower case, digits alone', async () => {
    const letters = Array.from({ length: 256 }, () => String.fromCodePoint(0x4e00 + randomInt(5000))).join('')
    for (const password of ['plum window yak', 'otter umbrella fjord lantern', '830649172058364917502864', letters]) {
      await signUp(newAddress(), password)
    }
  })

  test('what is no e-mail address, by name, and mails nobody', async () => {
    const local = newAddress().split('@')[0]
    const known = `${local}@${MAIL_DOMAIN}`
    const addresses = [
      '',
      'nobody',
      '@',
      `@${MAIL_DOMAIN}`,
      `${local}@`,
      `${local}@localhost`,
      `${local}@127.0.0.1`,
      `${local}@[127.0.0.1]`,
      `${local}@${MAIL_DOMAIN}@${MAIL_DOMAIN}`,
      `.${known}`,
      `${local}..x@${MAIL_DOMAIN}`,
      `"${local}"@${MAIL_DOMAIN}`,
      ` ${known}`,
      `${known}\r\nBcc: ${known}`,
      `${known},${known}`,
      `<${known}>`,
      `Ada <${known}>`,
      `${local}\u0000@${MAIL_DOMAIN}`,
      `\ud800${known}`,
      `${local}@\ud800.com`,
      `ü${known}`,
      `${local}@${MAIL_DOMAIN}/x`,
      `${local}@%65xample.com`,
      `${'x'.repeat(65)}@${MAIL_DOMAIN}`,
      `${local}@${'x'.repeat(64)}.com`,
      `${local}@${'x.'.repeat(126)}com`,
    ]
    for (const email of addresses) await expectRefused(email, newPassword(), 'invalid_input', 'email')
    await seconds(QUIET)
    expect(await mailsTo(known)).toEqual([])
  })

  test('names with control characters, none or too many characters', async () => {
    const email = newAddress()
    const names = [
      '',
      '   ',
      'a\r\nb',
      'a\u0000',
      '\u001b[31m',
      'a\u007f',
      'a\u0085b',
      '\ud83e',
      'x'.repeat(101),
      7,
      null,
      [],
      {},
    ]
    for (const name of names) expectProblem(await ask(email, newPassword(), name), 400, 'invalid_input')
    await seconds(QUIET)
    expect(await mailsTo(email)).toEqual([])
  })
})

test('a password is kept whole: 256 characters, to the last one', async () => {
  const letters = Array.from({ length: 255 }, () => String.fromCodePoint(0x4e00 + randomInt(5000))).join('')
  const account = await openAccount({ password: `${letters}x` })
  expectProblem(await trySignIn(account.email, `${letters}y`), 401, 'credentials_invalid')
  expectProblem(await trySignIn(account.email, letters), 401, 'credentials_invalid')
  await signIn(account)
})
