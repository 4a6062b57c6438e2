import { type CreateOutcome, codeStore } from '../../functions/accounts/code-store.ts'
import type { PendingUser, Profile } from '../../functions/accounts/user.ts'
import { putUser, userStore } from '../../functions/accounts/user-store.ts'
import { putGate } from '../../functions/sessions/session-store.ts'
import { aPending, aProfile, NOW } from './builders.ts'
import { type DynamoDb, TABLES } from './dynamodb.ts'

export const codesIn = ({ db }: DynamoDb) => codeStore(db, TABLES.codes)
export const usersIn = ({ db }: DynamoDb) => userStore(db, TABLES.users)

/** A sign-up whose mail was made, ready to become an account. */
export async function signedUp(database: DynamoDb, changes: Partial<PendingUser> = {}): Promise<PendingUser> {
  const pending = aPending(changes)
  await codesIn(database).putPending(pending)
  return pending
}

export function verify(database: DynamoDb, pending: PendingUser, profile: Profile, now = NOW): Promise<CreateOutcome> {
  const user = [...putUser(TABLES.users, profile, pending.phc), putGate(TABLES.sessions, profile.id, profile.login)]
  return codesIn(database).turnIntoUser(pending, user, now)
}

export const profileFor = ({ login, address, name }: PendingUser) => aProfile({ login, email: address, name })

/** An account as sign-up and verification leave it. */
export async function withAccount(database: DynamoDb): Promise<{ profile: Profile; pending: PendingUser }> {
  const pending = await signedUp(database)
  const profile = profileFor(pending)
  const outcome = await verify(database, pending, profile)
  if (outcome !== 'created') throw new Error(`the account was not created: ${outcome}`)
  return { profile, pending }
}
