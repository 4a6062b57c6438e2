import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { leaveShare } from './contract.ts'
import { shares } from './wiring.ts'

const needs = () => ({ shares: shares() })

export const handler = protectedEndpoint(leaveShare, needs).run(async ({ path, caller, checked }, { shares }) => {
  const { address } = (await checked).gate
  await shares.leave(path.id, { userId: caller.userId, address })
  return { status: 204 }
})
