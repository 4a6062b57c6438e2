import { config } from '../config.ts'
import { hashPassword } from '../crypto/passwords.ts'
import { hashOf, newSecret, newTypedCode } from '../crypto/secrets.ts'
import { eachMessage } from '../data/queue.ts'
import { type MailMessage, parseMailMessage } from '../mail/message.ts'
import { accountExistsMail, signUpMail, tokenReuseMail } from '../mail/texts.ts'
import { mail, mailLog } from '../mail/wiring.ts'
import { codes, users } from './wiring.ts'

const needs = () => ({
  codes: codes(),
  users: users(),
  log: mailLog(),
  mail: mail(),
  passwordMemoryMib: config.passwordMemoryMib(),
  product: { name: config.productName(), appUrl: config.appUrl() },
})
type Needs = ReturnType<typeof needs>

export const handler = eachMessage(needs, (has, body, now) => sendOnce(has, parseMailMessage(body), now))

async function sendOnce(has: Needs, message: MailMessage, now: number): Promise<void> {
  const { log } = has
  const event = message.kind === 'sign-up' ? `sign-up#${message.pendingId}` : `token-reuse#${message.sid}`
  const claim = await log.claim(event, now)
  if (claim === 'done') return
  if (claim === 'busy') throw new Error(`${event} is being sent by another`)
  if (message.kind === 'sign-up') await sendSignUpMail(has, message.pendingId, now)
  else await sendReuseMail(has, message)
  await log.done(event)
}

async function sendSignUpMail(has: Needs, pendingId: string, now: number): Promise<void> {
  const { codes, users, log, mail, passwordMemoryMib, product } = has
  const pending = await codes.findPending(pendingId, now)
  if (!pending) return
  if (!(await log.allow(pending.login, pendingId, now))) {
    console.info(JSON.stringify({ pendingId, dropped: 'the address had its mails for now' }))
    return
  }
  const secret = newSecret()
  const code = newTypedCode()
  const hashes = { tokenHash: hashOf(secret), codePhc: await hashPassword(code, passwordMemoryMib) }
  // Stored for a taken address too, although its mail does not show them: a guess must cost the same either way.
  if (!(await codes.setCodes(pendingId, hashes, now))) return
  const account = await users.findLogin(pending.login)
  if (account) return mail.send(accountExistsMail(account.address, product))
  await mail.send(signUpMail(pending.address, { token: `${pendingId}.${secret}`, code }, product))
}

type ReuseMessage = Extract<MailMessage, { kind: 'token-reuse' }>

async function sendReuseMail({ users, mail, product }: Needs, { userId, at }: ReuseMessage): Promise<void> {
  const profile = await users.findProfile(userId)
  if (profile) await mail.send(tokenReuseMail(profile.email, at, product))
}
