import { checkName } from '../../domain/files.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { treeMoves } from '../../store/tree-moves.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { fileView, folderName } from '../item-views.ts'
import { updateFile } from './contract.ts'

const moves = treeMoves(db, filesTable, tree)

export const handler = protectedEndpoint(updateFile, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const file = await moves.move('file', path.id, body, { caller, now }, ifMatch(headers))
  return { status: 200, body: fileView(file, folderName(file.folder, caller)), version: file.v }
})
