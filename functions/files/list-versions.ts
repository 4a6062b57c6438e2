import { DEFAULT_PAGE, isoTime } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listVersions } from './contract.ts'
import type { Content } from './item.ts'
import { type OldVersion, versionStore } from './version-store.ts'
import { checksumView } from './views.ts'
import { filesTable, tree } from './wiring.ts'

const versions = versionStore(db, filesTable)

export const handler = protectedEndpoint(listVersions, checkCaller).run(async ({ path, query, caller }) => {
  const limit = Number(query.limit ?? DEFAULT_PAGE)
  const list = { caller: caller.userId, name: `versions of ${path.id}` }
  const after = query.cursor === undefined ? undefined : Number(positionOf(query.cursor, list))
  const { listed } = await tree.listed('file', path.id, caller.userId, 'write')
  const { old, more } = await versions.before(path.id, after ?? listed.version, limit)
  const found = [...(after === undefined ? [view(listed, true)] : []), ...old.map((each) => view(each, false))]
  const shown = found.slice(0, limit)
  const last = more || found.length > limit ? shown.at(-1)?.version : undefined
  const nextCursor = last === undefined ? {} : { nextCursor: cursorAt(String(last), list) }
  return { status: 200, body: { versions: shown, ...nextCursor } }
})

function view(of: OldVersion & Content, current: boolean) {
  const { version, size, type, addedAt, addedBy } = of
  return { version, size, type, checksum: checksumView(of), addedAt: isoTime(addedAt), addedBy, current }
}
