import { config } from '../config.ts'
import { nobodysHash, verifyPassword } from '../crypto/passwords.ts'
import { hashOf, newId } from '../crypto/secrets.ts'
import { database } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { putGate } from '../sessions/session-store.ts'
import { codeStore } from './code-store.ts'
import { verifyUser } from './sign-up-contract.ts'
import type { PendingUser } from './user.ts'
import { putUser } from './user-store.ts'

const codes = codeStore(database(), config.codesTable())
const usersTable = config.usersTable()
const sessionsTable = config.sessionsTable()
const NOTHING_TO_GUESS = nobodysHash(config.passwordMemoryMib())

export const handler = endpoint(verifyUser).run(async ({ body, now }) => {
  const pending = 'token' in body ? await byToken(body.token, now) : await byCode(body.pendingId, body.code, now)
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

/** The link's token is `<pending id>.<256 bits>`; guessing it costs its owner nothing, so it is not counted. */
async function byToken(token: string, now: number): Promise<PendingUser | undefined> {
  const [, id, secret] = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? []
  if (!id || !secret) return undefined
  const pending = await codes.findPending(id, now)
  return pending?.tokenHash === hashOf(secret) ? pending : undefined
}

/** Always hashes: an answer without would tell that there was nothing to guess, and with it who has an account. */
async function byCode(id: string, code: string, now: number): Promise<PendingUser | undefined> {
  const pending = await codes.takeTry(id, now)
  const fits = await verifyPassword(code.replace(/\D/, ''), pending?.codePhc ?? NOTHING_TO_GUESS)
  return fits ? pending : undefined
}
