import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { trashStore } from '../../store/trash.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { trashFile } from './contract.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(trashFile, checkCaller).run(async ({ path, headers, caller, now }) => {
  await trash.trash('file', path.id, { caller: caller.userId, now }, ifMatch(headers))
  return { status: 204 }
})
