import { config } from '../config.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { leaveShare } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, config.filesTable())

export const handler = protectedEndpoint(leaveShare, checkCaller).run(async ({ path, caller, checked }) => {
  const { address } = (await checked).gate
  await shares.leave(path.id, { userId: caller.userId, address })
  return { status: 204 }
})
