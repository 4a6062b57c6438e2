import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { updateFolder } from './contract.ts'
import { checkName } from './name.ts'
import { folderName, folderView } from './views.ts'
import { moves, tree } from './wiring.ts'

const needs = () => ({ moves: moves(), tree: tree() })

export const handler = protectedEndpoint(updateFolder, needs)
  .reading(({ path, body }, { tree }) => tree.keysOf(path.id, body.folderId))
  .run(async (request, { moves }) => {
    const { path, body, headers, ahead, now } = request
    const caller = request.caller.userId
    if (body.name !== undefined) checkName(body.name)
    const folder = await moves.move('folder', path.id, body, { caller, now }, ifMatch(headers), ahead)
    return { status: 200, body: folderView(folder, folderName(folder.folder, caller)), version: folder.v }
  })
