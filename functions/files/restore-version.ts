import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { restoreVersion } from './contract.ts'
import { versionChanges } from './version-changes.ts'
import { fileView, folderOf } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const changes = versionChanges(db, filesTable, tree)

export const handler = protectedEndpoint(restoreVersion, checkCaller).run(async ({ path, headers, caller, now }) => {
  const author = { caller: caller.userId, now }
  const { place, listed } = await changes.restore(path.id, Number(path.version), author, ifMatch(headers))
  return { status: 200, body: fileView(listed, folderOf(place, caller.userId)), version: listed.v }
})
