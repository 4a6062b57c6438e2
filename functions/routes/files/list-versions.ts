import type { Content } from '../../domain/files.ts'
import { DEFAULT_PAGE, isoTime } from '../../http/contract.ts'
import { cursorAt, positionOf } from '../../http/cursor.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { type OldVersion, versionStore } from '../../store/versions.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { checksumView } from '../item-views.ts'
import { listVersions } from './contract.ts'

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
