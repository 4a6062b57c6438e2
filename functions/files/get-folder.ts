import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getFolder } from './contract.ts'
import { folderOf, folderView } from './views.ts'
import { tree } from './wiring.ts'

const needs = () => ({ tree: tree() })

export const handler = protectedEndpoint(getFolder, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead }, { tree }) => {
    const place = await tree.listed('folder', path.id, caller.userId, 'read', ahead)
    return { status: 200, body: folderView(place.listed, folderOf(place, caller.userId)), version: place.listed.v }
  })
