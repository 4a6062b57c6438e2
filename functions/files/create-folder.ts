import { idempotencyKey, idFor } from '../http/idempotency.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { ROOT } from './access.ts'
import { createFolder } from './contract.ts'
import { checkName } from './name.ts'
import { folderName, folderView } from './views.ts'
import { creation } from './wiring.ts'

const needs = () => ({ creation: creation() })

export const handler = protectedEndpoint(createFolder, needs).run(
  async ({ body, headers, caller, now }, { creation }) => {
    checkName(body.name)
    const id = idFor(caller.userId, 'POST /folders', idempotencyKey(headers))
    const asked = { folderId: body.folderId ?? ROOT, name: body.name }
    const folder = await creation.createFolder(id, asked, { caller: caller.userId, now })
    return { status: 201, body: folderView(folder, folderName(folder.folder, caller.userId)), version: folder.v }
  },
)
