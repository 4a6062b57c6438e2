import type { Content } from '../contents/content.ts'
import { isoTime } from '../http/contract.ts'
import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listVersions } from './contract.ts'
import type { OldVersion } from './version-store.ts'
import { checksumView } from './views.ts'
import { tree, versions } from './wiring.ts'

const needs = () => ({ versions: versions(), tree: tree() })

export const handler = protectedEndpoint(listVersions, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, query, caller, ahead }, { versions, tree }) => {
    const list = { caller: caller.userId, name: `versions of ${path.id}` }
    const { limit, after } = askedPage(query, list)
    const { listed } = await tree.listed('file', path.id, caller.userId, 'write', ahead)
    const { old, more } = await versions.before(path.id, after === undefined ? listed.version : Number(after), limit)
    const found = [...(after === undefined ? [view(listed, true)] : []), ...old.map((each) => view(each, false))]
    const shown = found.slice(0, limit)
    const last = more || found.length > limit ? shown.at(-1)?.version : undefined
    return { status: 200, body: { versions: shown, ...following(last?.toString(), list) } }
  })

function view(of: OldVersion & Content, current: boolean) {
  const { version, size, type, addedAt, addedBy } = of
  return { version, size, type, checksum: checksumView(of), addedAt: isoTime(addedAt), addedBy, current }
}
