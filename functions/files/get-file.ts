import { uploadStore } from '../contents/upload-store.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { getFile } from './contract.ts'
import { fileView, folderOf } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const uploads = uploadStore(db, filesTable)

export const handler = protectedEndpoint(getFile, checkCaller).run(async ({ path, caller }) => {
  const place = await tree.listed('file', path.id, caller.userId, 'read')
  const { listed } = place
  const { scan } = await uploads.held(listed.object)
  return { status: 200, body: { ...fileView(listed, folderOf(place, caller.userId)), scan }, version: listed.v }
})
