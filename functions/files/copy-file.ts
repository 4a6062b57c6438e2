import { idempotencyKey, idFor } from '../http/idempotency.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { copyFile } from './contract.ts'
import { checkName } from './name.ts'
import { fileView, folderName } from './views.ts'
import { creation, tree } from './wiring.ts'

const needs = () => ({ creation: creation(), tree: tree() })

export const handler = protectedEndpoint(copyFile, needs)
  .reading(({ path, body }, { tree }) => tree.keysOf(path.id, body.folderId))
  .run(async (request, { creation }) => {
    const { path, body, headers, ahead, now } = request
    const caller = request.caller.userId
    if (body.name !== undefined) checkName(body.name)
    const id = idFor(caller, `POST /files/${path.id}/copies`, idempotencyKey(headers))
    const copy = await creation.copyFile(path.id, id, body, { caller, now }, ahead)
    return { status: 201, body: fileView(copy, folderName(copy.folder, caller)), version: copy.v }
  })
