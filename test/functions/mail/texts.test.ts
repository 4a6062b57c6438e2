import { describe, expect, it } from 'vitest'
import { accountExistsMail, signUpMail, tokenReuseMail } from '../../../functions/mail/texts.ts'

const PRODUCT = { name: 'Lethe', appUrl: 'https://app.example.com/verify' }
const TO = 'jane@example.com'
const TOKEN = 'pendingIdpendingId1234.secretsecretsecret'

describe('the mail that confirms an address', () => {
  const mail = signUpMail(TO, { token: TOKEN, code: '01234567' }, PRODUCT)

  it('goes to the address and says for which product', () => {
    expect(mail).toMatchObject({ to: TO, subject: 'Confirm your address for Lethe' })
  })

  it('holds the token in the fragment of a link on a line of its own, and nowhere else', () => {
    const lines = mail.text.split('\n')
    expect(lines).toContain(`https://app.example.com/verify#token=${TOKEN}`)
    expect(mail.text.split(TOKEN)).toHaveLength(2)
    expect(mail.subject).not.toContain('secret')
    const link = new URL(lines.find((line) => line.startsWith('https://')) ?? '')
    expect(link.search + link.pathname).not.toContain('secret')
  })

  it('shows all eight digits of the code in two groups', () => {
    expect(mail.text.split('\n')).toContain('0123 4567')
  })
})

describe('the mail to an address that has an account', () => {
  it('lets nobody in: no link, no token, no code', () => {
    const mail = accountExistsMail(TO, PRODUCT)
    expect(mail).toMatchObject({ to: TO, subject: 'You have an account at Lethe' })
    expect(mail.text).not.toMatch(/https?:|#|token|\d{4}/)
  })
})

describe('the mail about a token that was used twice', () => {
  it('says when, to whom and what was done, and lets nobody in', () => {
    const mail = tokenReuseMail(TO, 1_800_000_000, PRODUCT)
    expect(mail).toMatchObject({ to: TO, subject: 'One of your sessions at Lethe was ended' })
    expect(mail.text).toContain('Fri, 15 Jan 2027 08:00:00 GMT')
    expect(mail.text).not.toMatch(/https?:|#token/)
  })
})
