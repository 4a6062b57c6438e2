import { checkName } from '../files/name.ts'
import { folderName, itemView } from '../files/views.ts'
import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { restoreItem } from './contract.ts'
import { restore } from './wiring.ts'

const needs = () => ({ restore: restore(), tree: tree() })

export const handler = protectedEndpoint(restoreItem, needs)
  .reading(({ path, body }, { tree }) => tree.keysOf(path.id, body.folderId))
  .run(async ({ path, body, caller, ahead, now }, { restore }) => {
    if (body.name !== undefined) checkName(body.name)
    const listed = await restore(path.id, body, { caller: caller.userId, now }, ahead)
    return { status: 200, body: itemView(listed, folderName(listed.folder, caller.userId)), version: listed.v }
  })
