import { LetheError } from '../errors.ts'
import { endSession } from './contract.ts'
import { protectedEndpoint } from './protected-endpoint.ts'
import { sessions } from './wiring.ts'

const needs = () => ({ sessions: sessions() })

export const handler = protectedEndpoint(endSession, needs).run(async ({ path, caller, now }, { sessions }) => {
  const existed = await sessions.end({ userId: caller.userId, sid: path.id }, now)
  if (!existed) throw new LetheError('session_not_found')
  return { status: 204 }
})
