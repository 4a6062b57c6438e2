import { expect } from 'vitest'
import { expectNoSecret, remember } from './known-secrets.ts'
import { MAIL_GAP, OUTBOX_URL, seconds } from './pace.ts'

export type Mail = { id: string; to: string; from: string; subject: string; text: string; at: string }

/** A mail whose first delivery to the sender failed comes when the message is visible again, after 3 minutes. */
const MAIL_TIME_LIMIT = 200
const POLL = 0.25
/** Long enough for a mail that should not come to come. */
export const QUIET = 4

/** Newest first. Every mail that any test sees must keep the rules of all mails. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const response = await fetch(`${OUTBOX_URL}/mails?to=${encodeURIComponent(address)}`)
  const outbox = (await response.json()) as { mails: (Omit<Mail, 'to'> & { to: string | string[] })[] }
  const mails = outbox.mails.map((mail) => ({ ...mail, to: [mail.to].flat().join(', ') }))
  for (const mail of mails) checkMail(mail)
  return mails
}

/** As many mails as an address may have got since then, by a clock of whole seconds: requests take their time. */
export const mostMailsSince = (start: number) => 1 + Math.floor((Date.now() - start) / 1000 / (MAIL_GAP - 1))

/** From now on the address may get another mail, if it got none meanwhile. */
export const mailGap = () => seconds(MAIL_GAP + 1)

export async function waitForMails(address: string, count: number, most = count): Promise<Mail[]> {
  const deadline = Date.now() + MAIL_TIME_LIMIT * 1000
  for (;;) {
    const mails = await mailsTo(address)
    if (mails.length >= count) {
      expect(mails.length, mails.map(({ subject }) => subject).join(', ')).toBeLessThanOrEqual(most)
      return mails
    }
    if (Date.now() > deadline) throw new Error(`${mails.length} of ${count} mails to ${address} came in time`)
    await seconds(POLL)
  }
}

export async function waitForMail(address: string): Promise<Mail> {
  const [mail] = await waitForMails(address, 1)
  return mail!
}

/** What a sign-up mail brings: the link's token and the typed code, as 8 digits. */
export function codesIn({ text }: Mail): { token: string; code: string } {
  const token = /#token=([\w-]+\.[\w-]{43})$/m.exec(text)?.[1]
  const code = /^(\d{4}) (\d{4})$/m.exec(text)
  if (!token || !code) throw new Error(`no link and code in: ${text}`)
  const codes = { token, code: `${code[1]}${code[2]}` }
  remember(codes.token)
  remember(codes.code)
  return codes
}

function checkMail({ to, subject, text }: Mail): void {
  expect(to, 'mail goes to plain ASCII addresses').toMatch(/^[\x21-\x7e]+@[a-z0-9.-]+$/i)
  expectNoSecret(subject, 'a subject')
  expect(subject, 'a subject has no code').not.toMatch(/\d{4}[ -]?\d{4}/)
  expect(subject).not.toMatch(/[\r\n]/)
  for (const [url] of text.matchAll(/https?:\/\/\S+/g)) {
    expect(url.split('#')[0], 'a token stands in the fragment only').not.toMatch(/[\w-]{43}|token/)
  }
  expect(text, 'no mail brings an access or refresh token').not.toMatch(/eyJ[\w-]+\.|\bv1\.[\w-]+\./)
}
