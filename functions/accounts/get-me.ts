import { config } from '../config.ts'
import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { getMe, profileView } from './contract.ts'
import { userStore } from './user-store.ts'

const users = userStore(db, config.usersTable())

export const handler = protectedEndpoint(getMe, checkCaller).run(async ({ caller }) => {
  const profile = await users.findProfile(caller.userId)
  // Gate and profile leave in one step: a session that outlives its profile has ended.
  if (!profile) throw new LetheError('session_ended')
  return { status: 200, body: profileView(profile), version: profile.v }
})
