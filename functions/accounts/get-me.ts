import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getMe } from './contract.ts'
import { profileView } from './views.ts'
import { users } from './wiring.ts'

const needs = () => ({ users: users() })

export const handler = protectedEndpoint(getMe, needs)
  .reading(({ caller }, { users }) => [users.profileKey(caller.userId)])
  .run(async ({ caller, ahead }, { users }) => {
    const profile = await users.findProfile(caller.userId, ahead)
    // One transaction removes the profile and shuts the gate, so without a profile the session has ended.
    if (!profile) throw new LetheError('session_ended')
    return { status: 200, body: profileView(profile), version: profile.v }
  })
