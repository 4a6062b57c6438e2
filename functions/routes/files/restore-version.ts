import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { versionChanges } from '../../store/version-changes.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { fileView, folderOf } from '../item-views.ts'
import { restoreVersion } from './contract.ts'

const changes = versionChanges(db, filesTable, tree)

export const handler = protectedEndpoint(restoreVersion, checkCaller).run(async ({ path, headers, caller, now }) => {
  const author = { caller: caller.userId, now }
  const { place, listed } = await changes.restore(path.id, Number(path.version), author, ifMatch(headers))
  return { status: 200, body: fileView(listed, folderOf(place, caller.userId)), version: listed.v }
})
