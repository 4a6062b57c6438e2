import { endCurrentSession } from './contract.ts'
import { protectedEndpoint } from './protected-endpoint.ts'
import { sessions } from './wiring.ts'

const needs = () => ({ sessions: sessions() })

export const handler = protectedEndpoint(endCurrentSession, needs).run(async ({ caller, now }, { sessions }) => {
  await sessions.end(caller, now)
  return { status: 204 }
})
