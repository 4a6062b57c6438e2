import { config } from '../config.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { acceptShare, sharedItemView } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, config.filesTable())

export const handler = protectedEndpoint(acceptShare, checkCaller).run(async ({ path, caller, checked, now }) => {
  // That the address is the caller's was proved at sign-up, and the gate has it from there.
  const { address } = (await checked).gate
  const accepted = await shares.accept(path.id, { userId: caller.userId, address }, now)
  return { status: 200, body: sharedItemView(accepted) }
})
