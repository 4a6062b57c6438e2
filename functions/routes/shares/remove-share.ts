import { protectedEndpoint } from '../../http/endpoint.ts'
import { shareStore } from '../../store/shares.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { removeShare } from './contract.ts'

const shares = shareStore(db, filesTable)

export const handler = protectedEndpoint(removeShare, checkCaller).run(async ({ path, caller }) => {
  await tree.item(path.id, caller.userId, 'own')
  await shares.remove(path.id, path.shareId)
  return { status: 204 }
})
