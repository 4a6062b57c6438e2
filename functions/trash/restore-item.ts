import { checkName } from '../files/item.ts'
import { folderName, itemView } from '../files/views.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { restoreItem } from './contract.ts'
import { trashStore } from './trash-store.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(restoreItem, checkCaller).run(async ({ path, body, caller, now }) => {
  if (body.name !== undefined) checkName(body.name)
  const listed = await trash.restore(path.id, body, { caller: caller.userId, now })
  return { status: 200, body: itemView(listed, folderName(listed.folder, caller.userId)), version: listed.v }
})
