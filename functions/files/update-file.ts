import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { updateFile } from './contract.ts'
import { checkName } from './name.ts'
import { fileView, folderName } from './views.ts'
import { moves, tree } from './wiring.ts'

const needs = () => ({ moves: moves(), tree: tree() })

export const handler = protectedEndpoint(updateFile, needs)
  .reading(({ path, body }, { tree }) => tree.keysOf(path.id, body.folderId))
  .run(async (request, { moves }) => {
    const { path, body, headers, ahead, now } = request
    const caller = request.caller.userId
    if (body.name !== undefined) checkName(body.name)
    const file = await moves.move('file', path.id, body, { caller, now }, ifMatch(headers), ahead)
    return { status: 200, body: fileView(file, folderName(file.folder, caller)), version: file.v }
  })
