import { hashOf, newId, newSecret, openSeal, seal } from '../../functions/crypto/secrets.ts'
import { lostRotation, type Session } from '../../functions/sessions/session.ts'
import { putGate, sessionStore } from '../../functions/sessions/session-store.ts'
import { aGate, aSession, DAY, NOW } from './builders.ts'
import { type DynamoDb, TABLES } from './dynamodb.ts'
import { putRaw } from './raw-items.ts'

export const sessionsIn = ({ db }: DynamoDb) => sessionStore(db, TABLES.sessions)

/** The gate that a new account gets, written as the account's transaction writes it. */
export async function openGate(database: DynamoDb, userId: string): Promise<void> {
  const { Put } = putGate(TABLES.sessions, userId, 'jane@example.com')
  await putRaw(database, TABLES.sessions, Put?.Item ?? {})
}

export async function signedIn(database: DynamoDb, changes: Partial<Session> = {}) {
  const family = newId()
  const secret = newSecret()
  const session = aSession({ fam: hashOf(family), cur: hashOf(secret), ...changes })
  await openGate(database, session.userId)
  await sessionsIn(database).create(session)
  return { session, family, secret }
}

export const GATE = aGate()

/** Presents a refresh token as the route does: who wins gives its own successor, who loses learns why. */
export async function present(database: DynamoDb, from: Session, token: { family: string; secret: string }, now = NOW) {
  const secret = newSecret()
  const hashes = { token: hashOf(token.secret), family: hashOf(token.family) }
  const outcome = await sessionsIn(database).rotate(rotationTo(from, token.secret, secret, now), hashes)
  if (outcome.won) return { outcome: 'won' as const, secret, session: outcome.session }
  const { session } = outcome
  const lost = lostRotation(session, hashes, now)
  const opened = lost === 'repeat' && session?.sealed ? openSeal(session.sealed, token.secret, from.sid) : undefined
  return { outcome: lost, secret: opened, session }
}

export function rotationTo({ userId, sid }: Session, presented: string, next: string, now: number) {
  return { userId, sid, next: hashOf(next), sealed: seal(next, presented, sid), now, idleUntil: now + 30 * DAY }
}
