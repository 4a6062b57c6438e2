import { idempotencyKey, idFor } from '../http/idempotency.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { copyFile } from './contract.ts'
import { checkName } from './name.ts'
import { fileView, folderName } from './views.ts'
import { creation } from './wiring.ts'

const needs = () => ({ creation: creation() })

export const handler = protectedEndpoint(copyFile, needs).run(async (request, { creation }) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const id = idFor(caller, `POST /files/${path.id}/copies`, idempotencyKey(headers))
  const copy = await creation.copyFile(path.id, id, body, { caller, now })
  return { status: 201, body: fileView(copy, folderName(copy.folder, caller)), version: copy.v }
})
