import { config } from '../config.ts'
import { checkScan, URL_LIFE } from '../contents/content.ts'
import { uploads, urls } from '../contents/wiring.ts'
import { hashOf, newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import type { ListedFile } from '../files/item.ts'
import { tree } from '../files/wiring.ts'
import { isoTime } from '../http/contract.ts'
import { endpoint } from '../http/endpoint.ts'
import { openLink } from './contract.ts'
import { isOpen, type Link } from './link.ts'
import { links } from './wiring.ts'

const needs = () => ({
  tree: tree(),
  links: links(),
  uploads: uploads(),
  unscannable: config.unscannable(),
  urls: urls(),
})
type Needs = ReturnType<typeof needs>

export const handler = endpoint(openLink, needs).run(async ({ body, sourceIp, userAgent, now }, has) => {
  const { links, urls } = has
  const link = await links.find(hashOf(body.token))
  if (!link || !isOpen(link, now)) throw new LetheError('link_not_found')
  const file = await fileBehind(has, link)
  const life = Math.min(URL_LIFE.share, link.expiresAt - now)
  const { url, expiresAt } = await urls.get(file, { name: file.name, inline: false, life, now })
  // The use is counted last: a refused request uses nothing up, and no URL is given out without a record.
  const isCounted = await links.use(link.id, { at: now, address: sourceIp, device: userAgent }, newId())
  if (!isCounted) throw new LetheError('link_not_found')
  const { name, size, type } = file
  return { status: 200, body: { url, expiresAt: isoTime(expiresAt), name, size, type } }
})

/** The file as its owner could open it now: neither trashed nor below a trashed folder. */
async function fileBehind({ tree, uploads, unscannable }: Needs, { item, owner }: Link): Promise<ListedFile> {
  const place = await tree.find(item, owner)
  if (place?.access !== 'owner' || place.listed?.kind !== 'file') throw new LetheError('link_not_found')
  const content = await uploads.find(place.listed.object)
  if (content?.state !== 'ready') throw new LetheError('link_not_found')
  checkScan(content.scan, unscannable)
  return place.listed
}
