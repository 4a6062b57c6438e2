import { idFor } from '../../crypto/secrets.ts'
import { checkName } from '../../domain/files.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { idempotencyKey } from '../../http/version.ts'
import { treeChanges } from '../../store/tree-changes.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { fileView, folderName } from '../item-views.ts'
import { copyFile } from './contract.ts'

const changes = treeChanges(db, filesTable, tree)

export const handler = protectedEndpoint(copyFile, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const id = idFor(caller, `POST /files/${path.id}/copies`, idempotencyKey(headers))
  const copy = await changes.copyFile(path.id, id, body, { caller, now })
  return { status: 201, body: fileView(copy, folderName(copy.folder, caller)), version: copy.v }
})
