import { idFor } from '../crypto/secrets.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { idempotencyKey } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { createFolder } from './folder-contract.ts'
import { checkName } from './item.ts'
import { treeChanges } from './tree-changes.ts'
import { ROOT } from './tree-store.ts'
import { folderName, folderView } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const changes = treeChanges(db, filesTable, tree)

export const handler = protectedEndpoint(createFolder, checkCaller).run(async ({ body, headers, caller, now }) => {
  checkName(body.name)
  const id = idFor(caller.userId, 'POST /folders', idempotencyKey(headers))
  const asked = { folderId: body.folderId ?? ROOT, name: body.name }
  const folder = await changes.createFolder(id, asked, { caller: caller.userId, now })
  return { status: 201, body: folderView(folder, folderName(folder.folder, caller.userId)), version: folder.v }
})
