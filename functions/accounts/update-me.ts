import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { updateMe } from './contract.ts'
import { profileView } from './views.ts'
import { users } from './wiring.ts'

const needs = () => ({ users: users() })

export const handler = protectedEndpoint(updateMe, needs).run(async ({ body, headers, caller }, { users }) => {
  const profile = await users.rename(caller.userId, body.name, ifMatch(headers))
  return { status: 200, body: profileView(profile), version: profile.v }
})
