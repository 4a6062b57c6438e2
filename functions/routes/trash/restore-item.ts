import { checkName } from '../../domain/files.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { trashStore } from '../../store/trash.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { folderName, itemView } from '../item-views.ts'
import { restoreItem } from './contract.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(restoreItem, checkCaller).run(async ({ path, body, caller, now }) => {
  if (body.name !== undefined) checkName(body.name)
  const listed = await trash.restore(path.id, body, { caller: caller.userId, now })
  return { status: 200, body: itemView(listed, folderName(listed.folder, caller.userId)), version: listed.v }
})
