import { config } from '../config.ts'
import { nobodysHash, verifyPassword } from '../crypto/passwords.ts'
import { hashOf, newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { putGate } from '../sessions/session-store.ts'
import { verifyUser } from './contract.ts'
import type { PendingUser } from './user.ts'
import { putUser } from './user-store.ts'
import { codes } from './wiring.ts'

const needs = () => ({
  codes: codes(),
  usersTable: config.usersTable(),
  sessionsTable: config.sessionsTable(),
  nothingToGuess: nobodysHash(config.passwordMemoryMib()),
})
type Needs = ReturnType<typeof needs>

export const handler = endpoint(verifyUser, needs).run(async ({ body, now }, has) => {
  const { codes, usersTable, sessionsTable } = has
  const pending =
    'token' in body ? await byToken(has, body.token, now) : await byCode(has, body.pendingId, body.code, now)
  if (!pending) throw new LetheError('verification_failed')

  const { login, address: email, name, phc } = pending
  const id = newId()
  const profile = { id, login, email, name, v: 1, createdAt: now }
  const user = [...putUser(usersTable, profile, phc), putGate(sessionsTable, id, login)]
  const outcome = await codes.turnIntoUser(pending, user, now)
  if (outcome === 'used') throw new LetheError('verification_failed')
  if (outcome === 'taken') throw new LetheError('account_exists')
  return { status: 201, body: { id } }
})

/** The link's token is `<pending id>.<256 bits>`. Nobody can guess it, so a wrong token uses up no try. */
async function byToken({ codes }: Needs, token: string, now: number): Promise<PendingUser | undefined> {
  const [, id, secret] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? []
  if (!id || !secret) return undefined
  const pending = await codes.findPending(id, now)
  return pending?.tokenHash === hashOf(secret) ? pending : undefined
}

/** Always hashes: a faster answer would show that there is no code to guess, and so who has an account. */
async function byCode(
  { codes, nothingToGuess }: Needs,
  id: string,
  code: string,
  now: number,
): Promise<PendingUser | undefined> {
  const pending = await codes.takeTry(id, now)
  const fits = await verifyPassword(code.replace(/\D/, ''), pending?.codePhc ?? nothingToGuess)
  return fits ? pending : undefined
}
