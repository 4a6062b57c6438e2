import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { updateFile } from './contract.ts'
import { checkName } from './item.ts'
import { treeMoves } from './moving.ts'
import { fileView, folderName } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const moves = treeMoves(db, filesTable, tree)

export const handler = protectedEndpoint(updateFile, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const file = await moves.move('file', path.id, body, { caller, now }, ifMatch(headers))
  return { status: 200, body: fileView(file, folderName(file.folder, caller)), version: file.v }
})
