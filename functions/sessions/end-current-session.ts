import { protectedEndpoint } from '../http/endpoint.ts'
import { endCurrentSession } from './contract.ts'
import { checkCaller, sessions } from './wiring.ts'

export const handler = protectedEndpoint(endCurrentSession, checkCaller).run(async ({ caller, now }) => {
  await sessions.end(caller, now)
  return { status: 204 }
})
