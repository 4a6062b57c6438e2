import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { type Answer, call, expectProblem } from './client.ts'
import { codesIn, waitForMail } from './outbox.ts'
import { MAIL_DOMAIN } from './pace.ts'

export type Account = { id: string; email: string; password: string }
export type SessionView = {
  id: string
  current: boolean
  device: string
  address: string
  signedInAt: string
  lastUsedAt: string
  expiresAt: string
}
export type Tokens = {
  accessToken: string
  tokenType: string
  expiresIn: number
  refreshToken: string
  session: SessionView
}
export type Profile = { id: string; email: string; name: string; version: number; createdAt: string }
export type SessionPage = { sessions: SessionView[]; nextCursor?: string }

const random = (bytes: number) => randomBytes(bytes).toString('hex')

/** Never used before: no run may lean on an empty system, and an address has few mails a minute. */
export const newAddress = () => `e2e-${random(8)}@${MAIL_DOMAIN}`
/** One letter that Unicode spells in two ways, and one beyond its first plane. */
export const newPassword = () => `${randomBytes(18).toString('base64url')} é🦊`

export async function signUp(email: string, password: string, name?: string): Promise<string> {
  const json = { email, password, ...(name === undefined ? {} : { name }) }
  const answer = await call<{ pendingId: string }>('POST', '/users', { json })
  expect(answer.status, answer.text).toBe(202)
  return answer.body.pendingId
}

export function verify(json: { token: string } | { pendingId: string; code: string }, mayBeBusy?: true) {
  return call<{ id: string }>('POST', '/users/verify', { json, ...(mayBeBusy ? { mayBeBusy } : {}) })
}

export async function openAccount(from: { email?: string; password?: string; name?: string } = {}): Promise<Account> {
  const { email = newAddress(), password = newPassword(), name } = from
  await signUp(email, password, name)
  const { token } = codesIn(await waitForMail(email))
  const answer = await verify({ token })
  expect(answer.status, answer.text).toBe(201)
  return { id: answer.body.id, email, password }
}

export function trySignIn(email: string, password: string, headers: Record<string, string> = {}) {
  return call<Tokens>('POST', '/sessions', { json: { email, password }, headers })
}

export async function signIn({ email, password }: Account, headers?: Record<string, string>): Promise<Tokens> {
  const answer = await trySignIn(email, password, headers)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export function tryRefresh(refreshToken: string): Promise<Answer<Tokens>> {
  return call<Tokens>('POST', '/sessions/refresh', { json: { refreshToken } })
}

export async function refresh(refreshToken: string): Promise<Tokens> {
  const answer = await tryRefresh(refreshToken)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

export async function sessionsOf({ accessToken: token }: Tokens): Promise<SessionView[]> {
  const answer = await call<SessionPage>('GET', '/sessions?limit=100', { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body.sessions
}

export async function profileOf({ accessToken: token }: Tokens): Promise<Profile> {
  const answer = await call<Profile>('GET', '/me', { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

/** The effect, not the answer: the access token opens nothing and the refresh token brings nothing, from now on. */
export async function expectDead({ accessToken: token, refreshToken }: Tokens): Promise<void> {
  expectProblem(await call('GET', '/me', { token }), 401, 'session_ended')
  expectProblem(await tryRefresh(refreshToken), 401, 'session_ended')
}

/** Both tokens still work. Gives the successors, for the refresh token is used up by this. */
export async function expectAlive(tokens: Tokens): Promise<Tokens> {
  await profileOf(tokens)
  const next = await refresh(tokens.refreshToken)
  expect(next.session.id).toBe(tokens.session.id)
  return next
}
