import { protectedEndpoint } from '../../http/endpoint.ts'
import { checkCaller } from '../callers.ts'
import { tree } from '../file-tree.ts'
import { folderOf, folderView } from '../item-views.ts'
import { getFolder } from './contract.ts'

export const handler = protectedEndpoint(getFolder, checkCaller).run(async ({ path, caller }) => {
  const place = await tree.listed('folder', path.id, caller.userId, 'read')
  return { status: 200, body: folderView(place.listed, folderOf(place, caller.userId)), version: place.listed.v }
})
