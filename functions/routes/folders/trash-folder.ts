import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { trashStore } from '../../store/trash.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { trashFolder } from './contract.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(trashFolder, checkCaller).run(async ({ path, headers, caller, now }) => {
  await trash.trash('folder', path.id, { caller: caller.userId, now }, ifMatch(headers))
  return { status: 204 }
})
