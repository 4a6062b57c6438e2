import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { removeVersion } from './contract.ts'
import { versionChanges } from './version-changes.ts'
import { filesTable, tree } from './wiring.ts'

const changes = versionChanges(db, filesTable, tree)
const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(removeVersion, checkCaller).run(async ({ path, caller }) => {
  const object = await changes.remove(path.id, Number(path.version), caller.userId)
  await work.send({ kind: 'release', object })
  return { status: 204 }
})
