import { uploads } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getFile } from './contract.ts'
import { fileView, folderOf } from './views.ts'
import { tree } from './wiring.ts'

const needs = () => ({ uploads: uploads(), tree: tree() })

export const handler = protectedEndpoint(getFile, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead }, { uploads, tree }) => {
    const place = await tree.listed('file', path.id, caller.userId, 'read', ahead)
    const { listed } = place
    const { scan } = await uploads.held(listed.object)
    return { status: 200, body: { ...fileView(listed, folderOf(place, caller.userId)), scan }, version: listed.v }
  })
