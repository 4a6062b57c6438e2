import { idFor } from '../../crypto/secrets.ts'
import { checkName } from '../../domain/files.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { idempotencyKey } from '../../http/version.ts'
import { ROOT } from '../../store/tree.ts'
import { treeChanges } from '../../store/tree-changes.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { folderName, folderView } from '../item-views.ts'
import { createFolder } from './contract.ts'

const changes = treeChanges(db, filesTable, tree)

export const handler = protectedEndpoint(createFolder, checkCaller).run(async ({ body, headers, caller, now }) => {
  checkName(body.name)
  const id = idFor(caller.userId, 'POST /folders', idempotencyKey(headers))
  const asked = { folderId: body.folderId ?? ROOT, name: body.name }
  const folder = await changes.createFolder(id, asked, { caller: caller.userId, now })
  return { status: 201, body: folderView(folder, folderName(folder.folder, caller.userId)), version: folder.v }
})
