import { idempotencyKey, idFor } from '../http/idempotency.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { ROOT } from './access.ts'
import { createFolder } from './contract.ts'
import { checkName } from './name.ts'
import { folderName, folderView } from './views.ts'
import { creation, tree } from './wiring.ts'

const needs = () => ({ creation: creation(), tree: tree() })

export const handler = protectedEndpoint(createFolder, needs)
  .reading(({ body }, { tree }) => tree.keysOf(body.folderId))
  .run(async ({ body, headers, caller, ahead, now }, { creation }) => {
    checkName(body.name)
    const id = idFor(caller.userId, 'POST /folders', idempotencyKey(headers))
    const asked = { folderId: body.folderId ?? ROOT, name: body.name }
    const folder = await creation.createFolder(id, asked, { caller: caller.userId, now }, ahead)
    return { status: 201, body: folderView(folder, folderName(folder.folder, caller.userId)), version: folder.v }
  })
