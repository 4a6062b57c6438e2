import { checkName } from '../../domain/files.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { treeMoves } from '../../store/tree-moves.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { folderName, folderView } from '../item-views.ts'
import { updateFolder } from './contract.ts'

const moves = treeMoves(db, filesTable, tree)

export const handler = protectedEndpoint(updateFolder, checkCaller).run(async (request) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const folder = await moves.move('folder', path.id, body, { caller, now }, ifMatch(headers))
  return { status: 200, body: folderView(folder, folderName(folder.folder, caller)), version: folder.v }
})
