import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Mail } from '@lethe/laptop/outbox/mailbox.ts'

/** All that a client knows of a deployment. */
export type Place = { api: string; outbox: string }
export type SignedIn = { accessToken: string; refreshToken: string; session: { id: string } }

export const PASSWORD = 'a ferry across the quiet river'

export const newAddress = (domain = 'example.com') => `${randomUUID()}@${domain}`

export async function signUp({ api }: Place, email: string): Promise<void> {
  await call(202, 'POST', `${api}/users`, { body: { email, password: PASSWORD } })
}

/** Signs up, follows the mailed link and signs in. */
export async function becomeUser(place: Place, email = newAddress()): Promise<SignedIn> {
  await signUp(place, email)
  const [mail] = await awaitMails(place, email, 120)
  const token = /#token=(\S+)/.exec(mail?.text ?? '')?.[1]
  await call(201, 'POST', `${place.api}/users/verify`, { body: { token } })
  return signIn(place, email)
}

export async function signIn({ api }: Place, email: string): Promise<SignedIn> {
  return (await call(201, 'POST', `${api}/sessions`, { body: { email, password: PASSWORD } })) as SignedIn
}

/** Neither the access token nor the refresh token has noticed anything. */
export async function checkSignedIn({ api }: Place, before: SignedIn): Promise<void> {
  await call(200, 'GET', `${api}/me`, { bearer: before.accessToken })
  const refresh = { body: { refreshToken: before.refreshToken } }
  const after = (await call(200, 'POST', `${api}/sessions/refresh`, refresh)) as SignedIn
  if (after.session.id !== before.session.id) throw new Error('refreshing gave another session')
  await call(200, 'GET', `${api}/sessions`, { bearer: after.accessToken })
}

/** The mails to an address, as soon as there are any. */
export async function awaitMails(place: Place, to: string, withinSeconds: number): Promise<Mail[]> {
  for (const deadline = Date.now() + withinSeconds * 1000; ; await sleep(250)) {
    const mails = await mailsTo(place, to)
    if (mails.length > 0) return mails
    if (Date.now() > deadline) throw new Error(`no mail to ${to} within ${withinSeconds} s`)
  }
}

export async function mailsTo({ outbox }: Place, to: string): Promise<Mail[]> {
  const { mails } = (await call(200, 'GET', `${outbox}/mails?to=${encodeURIComponent(to)}`)) as { mails: Mail[] }
  return mails
}

type Sent = { body?: object; bearer?: string }

async function call(expected: number, method: string, url: string, { body, bearer }: Sent = {}): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    },
    body: body ? JSON.stringify(body) : null,
  })
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(`${method} ${url}: ${answer.status} ${text}`)
  return JSON.parse(text)
}
