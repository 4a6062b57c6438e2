import { config } from '../../config.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { fileWork } from '../../store/file-work.ts'
import { versionChanges } from '../../store/version-changes.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { removeVersion } from './contract.ts'

const changes = versionChanges(db, filesTable, tree)
const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(removeVersion, checkCaller).run(async ({ path, caller }) => {
  const object = await changes.remove(path.id, Number(path.version), caller.userId)
  await work.send({ kind: 'release', object })
  return { status: 204 }
})
