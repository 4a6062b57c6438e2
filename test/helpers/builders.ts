import { randomBytes } from 'node:crypto'
import type { PendingUser, Profile } from '../../functions/accounts/user.ts'
import type { Gate, Session } from '../../functions/sessions/session.ts'

/** The clock of the tests, in seconds. */
export const NOW = 1_800_000_000
export const DAY = 86_400

export const anId = () => randomBytes(16).toString('base64url')

export function aSession(changes: Partial<Session> = {}): Session {
  return {
    sid: anId(),
    userId: anId(),
    fam: 'hash of the family',
    cur: 'hash of the first token',
    gen: 1,
    seen: 0,
    rotatedAt: NOW,
    authAt: NOW,
    idleUntil: NOW + 30 * DAY,
    endsAt: NOW + 180 * DAY,
    epoch: 1,
    device: 'a browser',
    ip: '192.0.2.7',
    ...changes,
  }
}

export function aGate(changes: Partial<Gate> = {}): Gate {
  return { status: 'active', epoch: 1, roles: [], address: 'jane@example.com', ...changes }
}

export function aPending(changes: Partial<PendingUser> = {}): PendingUser {
  const id = anId()
  return {
    id,
    login: `${id.toLowerCase()}@example.com`,
    address: `${id}@example.com`,
    name: 'Jane',
    phc: 'the hash of a password',
    expiresAt: NOW + DAY,
    tokenHash: `hash of the token of ${id}`,
    codePhc: 'the hash of a code',
    ...changes,
  }
}

export function aProfile(changes: Partial<Profile> = {}): Profile {
  const id = anId()
  const email = `${id}@example.com`
  return { id, name: 'Jane', email, login: email.toLowerCase(), v: 1, createdAt: NOW, ...changes }
}

/** That many calls at once. */
export function inParallel<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)))
}
