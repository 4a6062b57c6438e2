import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { updateFolder } from './contract.ts'
import { checkName } from './name.ts'
import { folderName, folderView } from './views.ts'
import { moves } from './wiring.ts'

const needs = () => ({ moves: moves() })

export const handler = protectedEndpoint(updateFolder, needs).run(async (request, { moves }) => {
  const { path, body, headers, now } = request
  const caller = request.caller.userId
  if (body.name !== undefined) checkName(body.name)
  const folder = await moves.move('folder', path.id, body, { caller, now }, ifMatch(headers))
  return { status: 200, body: folderView(folder, folderName(folder.folder, caller)), version: folder.v }
})
