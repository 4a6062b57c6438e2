import { config } from '../config.ts'
import { type Content, checkScan, URL_LIFE } from '../contents/content.ts'
import { uploads, urls } from '../contents/wiring.ts'
import type { Ahead } from '../data/ahead.ts'
import { LetheError } from '../errors.ts'
import { isoTime } from '../http/contract.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import type { ListedPlace } from './access.ts'
import { getContent } from './contract.ts'
import type { VersionStore } from './version-store.ts'
import { tree, versions } from './wiring.ts'

const needs = () => ({
  uploads: uploads(),
  versions: versions(),
  unscannable: config.unscannable(),
  urls: urls(),
  tree: tree(),
})

export const handler = protectedEndpoint(getContent, needs)
  .reading(({ path, query }, { tree, versions }) => [
    ...tree.keysOf(path.id),
    ...(query.version === undefined ? [] : [versions.keyOf(path.id, Number(query.version))]),
  ])
  .run(async (request, { uploads, versions, unscannable, urls, tree }) => {
    const { path, query, headers, caller, checked, ahead, now } = request
    const place = await tree.listed('file', path.id, caller.userId, 'read', ahead)
    const content = await contentOf(versions, place, query.version, ahead)
    checkScan((await uploads.held(content.object)).scan, unscannable)
    // Nobody checks the session when the URL is used, so no URL is made before the session check has passed.
    await checked
    const life = URL_LIFE[place.access === 'owner' ? 'owner' : 'share']
    const inline = query.disposition === 'inline'
    const { url, expiresAt } = await urls.get(content, { name: place.listed.name, inline, life, now })
    if (!/\bapplication\/json\b/.test(headers.accept ?? '')) return { status: 302, location: url }
    return { status: 200, body: { url, expiresAt: isoTime(expiresAt) } }
  })

/** Old versions need write access: what was removed from a file is not shared with its readers. */
async function contentOf(
  versions: VersionStore,
  { listed, access }: ListedPlace<'file'>,
  version: string | undefined,
  ahead?: Ahead,
): Promise<Content> {
  if (version === undefined || Number(version) === listed.version) return listed
  if (access === 'read') throw new LetheError('read_only')
  const old = await versions.find(listed.id, Number(version), ahead)
  if (!old) throw new LetheError('version_not_found')
  return old
}
