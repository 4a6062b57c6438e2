import { fileWork } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeVersion } from './contract.ts'
import { versionChanges } from './wiring.ts'

const needs = () => ({ changes: versionChanges(), work: fileWork() })

export const handler = protectedEndpoint(removeVersion, needs).run(async ({ path, caller }, { changes, work }) => {
  const object = await changes.remove(path.id, Number(path.version), caller.userId)
  await work.send({ kind: 'release', object })
  return { status: 204 }
})
