import { config } from '../config.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { profileView, updateMe } from './contract.ts'
import { userStore } from './user-store.ts'

const users = userStore(db, config.usersTable())

export const handler = protectedEndpoint(updateMe, checkCaller).run(async ({ body, headers, caller }) => {
  const profile = await users.rename(caller.userId, body.name, ifMatch(headers))
  return { status: 200, body: profileView(profile), version: profile.v }
})
