import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller } from '../sessions/wiring.ts'
import { getFolder } from './folder-contract.ts'
import { folderOf, folderView } from './views.ts'
import { tree } from './wiring.ts'

export const handler = protectedEndpoint(getFolder, checkCaller).run(async ({ path, caller }) => {
  const place = await tree.listed('folder', path.id, caller.userId, 'read')
  return { status: 200, body: folderView(place.listed, folderOf(place, caller.userId)), version: place.listed.v }
})
