import { fileWork } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeVersion } from './contract.ts'
import { tree, versionChanges, versions } from './wiring.ts'

const needs = () => ({ changes: versionChanges(), tree: tree(), versions: versions(), work: fileWork() })

export const handler = protectedEndpoint(removeVersion, needs)
  .reading(({ path }, { tree, versions }) => [...tree.keysOf(path.id), versions.keyOf(path.id, Number(path.version))])
  .run(async ({ path, caller, ahead }, { changes, work }) => {
    const object = await changes.remove(path.id, Number(path.version), caller.userId, ahead)
    await work.send({ kind: 'release', object })
    return { status: 204 }
  })
