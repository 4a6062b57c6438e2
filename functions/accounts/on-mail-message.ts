import { config } from '../config.ts'
import { hashPassword } from '../crypto/passwords.ts'
import { hashOf, newSecret, newTypedCode } from '../crypto/secrets.ts'
import { eachMessage } from '../data/each-message.ts'
import { database } from '../data/table.ts'
import { mailLog } from '../mail/mail-log-store.ts'
import { mailer } from '../mail/mailer.ts'
import { type MailMessage, parseMailMessage } from '../mail/message.ts'
import { accountExistsMail, signUpMail, tokenReuseMail } from '../mail/texts.ts'
import { codeStore } from './code-store.ts'
import { userStore } from './user-store.ts'

const db = database()
const codes = codeStore(db, config.codesTable())
const log = mailLog(db, config.codesTable())
const users = userStore(db, config.usersTable())
const mail = mailer(config.mailFrom())
const passwordMemoryMib = config.passwordMemoryMib()
const product = { name: config.productName(), appUrl: config.appUrl() }

export const handler = eachMessage((body, now) => sendOnce(parseMailMessage(body), now))

async function sendOnce(message: MailMessage, now: number): Promise<void> {
  const event = message.kind === 'sign-up' ? `sign-up#${message.pendingId}` : `token-reuse#${message.sid}`
  const claim = await log.claim(event, now)
  if (claim === 'done') return
  if (claim === 'busy') throw new Error(`${event} is being sent by another`)
  if (message.kind === 'sign-up') await sendSignUpMail(message.pendingId, now)
  else await sendReuseMail(message)
  await log.done(event)
}

async function sendSignUpMail(pendingId: string, now: number): Promise<void> {
  const pending = await codes.findPending(pendingId, now)
  if (!pending) return
  if (!(await log.allow(pending.login, pendingId, now))) {
    console.info(JSON.stringify({ pendingId, dropped: 'the address had its mails for now' }))
    return
  }
  const secret = newSecret()
  const code = newTypedCode()
  const hashes = { tokenHash: hashOf(secret), codePhc: await hashPassword(code, passwordMemoryMib) }
  // Kept for a taken address too, though nobody is told them: guessing a code must cost the same either way.
  if (!(await codes.setCodes(pendingId, hashes, now))) return
  const account = await users.findLogin(pending.login)
  if (account) return mail.send(accountExistsMail(account.address, product))
  await mail.send(signUpMail(pending.address, { token: `${pendingId}.${secret}`, code }, product))
}

async function sendReuseMail({ userId, at }: Extract<MailMessage, { kind: 'token-reuse' }>): Promise<void> {
  const profile = await users.findProfile(userId)
  if (profile) await mail.send(tokenReuseMail(profile.email, at, product))
}
