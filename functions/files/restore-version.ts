import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { restoreVersion } from './contract.ts'
import { fileView, folderOf } from './views.ts'
import { versionChanges } from './wiring.ts'

const needs = () => ({ changes: versionChanges() })

export const handler = protectedEndpoint(restoreVersion, needs).run(
  async ({ path, headers, caller, now }, { changes }) => {
    const author = { caller: caller.userId, now }
    const { place, listed } = await changes.restore(path.id, Number(path.version), author, ifMatch(headers))
    return { status: 200, body: fileView(listed, folderOf(place, caller.userId)), version: listed.v }
  },
)
