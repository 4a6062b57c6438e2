import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { removeShare } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, filesTable)

export const handler = protectedEndpoint(removeShare, checkCaller).run(async ({ path, caller }) => {
  await tree.item(path.id, caller.userId, 'own')
  await shares.remove(path.id, path.shareId)
  return { status: 204 }
})
