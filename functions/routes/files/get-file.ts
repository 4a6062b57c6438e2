import { protectedEndpoint } from '../../http/endpoint.ts'
import { uploadStore } from '../../store/uploads.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { fileView, folderOf } from '../item-views.ts'
import { getFile } from './contract.ts'

const uploads = uploadStore(db, filesTable)

export const handler = protectedEndpoint(getFile, checkCaller).run(async ({ path, caller }) => {
  const place = await tree.listed('file', path.id, caller.userId, 'read')
  const { listed } = place
  const { scan } = await uploads.held(listed.object)
  return { status: 200, body: { ...fileView(listed, folderOf(place, caller.userId)), scan }, version: listed.v }
})
