import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { endSession } from './contract.ts'
import { checkCaller, sessions } from './wiring.ts'

export const handler = protectedEndpoint(endSession, checkCaller).run(async ({ path, caller, now }) => {
  const existed = await sessions.end({ userId: caller.userId, sid: path.id }, now)
  if (!existed) throw new LetheError('session_not_found')
  return { status: 204 }
})
