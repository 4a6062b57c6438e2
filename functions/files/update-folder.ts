import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { updateFolder } from './folder-contract.ts'
import { checkName } from './item.ts'
import { treeMoves } from './moving.ts'
import { folderName, folderView } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const moves = treeMoves(db, filesTable, tree)

export const handler = protectedEndpoint(updateFolder, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const folder = await moves.move('folder', path.id, body, { caller, now }, ifMatch(headers))
  return { status: 200, body: folderView(folder, folderName(folder.folder, caller)), version: folder.v }
})
