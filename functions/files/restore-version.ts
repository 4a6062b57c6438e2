import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { restoreVersion } from './contract.ts'
import { fileView, folderOf } from './views.ts'
import { tree, versionChanges, versions } from './wiring.ts'

const needs = () => ({ changes: versionChanges(), tree: tree(), versions: versions() })

export const handler = protectedEndpoint(restoreVersion, needs)
  .reading(({ path }, { tree, versions }) => [...tree.keysOf(path.id), versions.keyOf(path.id, Number(path.version))])
  .run(async ({ path, headers, caller, ahead, now }, { changes }) => {
    const author = { caller: caller.userId, now }
    const { place, listed } = await changes.restore(path.id, Number(path.version), author, ifMatch(headers), ahead)
    return { status: 200, body: fileView(listed, folderOf(place, caller.userId)), version: listed.v }
  })
