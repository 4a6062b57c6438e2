import { idFor } from '../crypto/secrets.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { idempotencyKey } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { copyFile } from './contract.ts'
import { checkName } from './item.ts'
import { treeChanges } from './tree-changes.ts'
import { fileView, folderName } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const changes = treeChanges(db, filesTable, tree)

export const handler = protectedEndpoint(copyFile, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const id = idFor(caller, `POST /files/${path.id}/copies`, idempotencyKey(headers))
  const copy = await changes.copyFile(path.id, id, body, { caller, now })
  return { status: 201, body: fileView(copy, folderName(copy.folder, caller)), version: copy.v }
})
