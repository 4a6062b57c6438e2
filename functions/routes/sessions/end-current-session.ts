import { protectedEndpoint } from '../../http/endpoint.ts'
import { checkCaller, sessions } from '../callers.ts'
import { endCurrentSession } from './contract.ts'

export const handler = protectedEndpoint(endCurrentSession, checkCaller).run(async ({ caller, now }) => {
  await sessions.end(caller, now)
  return { status: 204 }
})
