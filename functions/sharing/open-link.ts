import { config } from '../config.ts'
import { checkScan } from '../contents/upload.ts'
import { uploadStore } from '../contents/upload-store.ts'
import { urlsBy } from '../contents/wiring.ts'
import { hashOf, newId } from '../crypto/secrets.ts'
import { database } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import { type ListedFile, URL_LIFE } from '../files/item.ts'
import { treeStore } from '../files/tree-store.ts'
import { isoTime } from '../http/contract.ts'
import { endpoint } from '../http/endpoint.ts'
import { isOpen, type Link } from './link.ts'
import { openLink } from './link-contract.ts'
import { linkStore } from './link-store.ts'

const db = database()
const filesTable = config.filesTable()
const tree = treeStore(db, filesTable)
const links = linkStore(db, filesTable)
const uploads = uploadStore(db, filesTable)
const unscannable = config.unscannable()
const urls = urlsBy(db)

export const handler = endpoint(openLink).run(async ({ body, sourceIp, userAgent, now }) => {
  const link = await links.find(hashOf(body.token))
  if (!link || !isOpen(link, now)) throw new LetheError('link_not_found')
  const file = await fileBehind(link)
  const life = Math.min(URL_LIFE.share, link.expiresAt - now)
  const { url, expiresAt } = await urls.get(file, { name: file.name, inline: false, life, now })
  // Last of all: what was refused has used nothing up, and no URL leaves without its record.
  const isCounted = await links.use(link.id, { at: now, address: sourceIp, device: userAgent }, newId())
  if (!isCounted) throw new LetheError('link_not_found')
  const { name, size, type } = file
  return { status: 200, body: { url, expiresAt: isoTime(expiresAt), name, size, type } }
})

/** As its owner could open it now: neither trashed nor below what is. */
async function fileBehind({ item, owner }: Link): Promise<ListedFile> {
  const place = await tree.find(item, owner)
  if (place?.access !== 'owner' || place.listed?.kind !== 'file') throw new LetheError('link_not_found')
  const content = await uploads.find(place.listed.object)
  if (content?.state !== 'ready') throw new LetheError('link_not_found')
  checkScan(content.scan, unscannable)
  return place.listed
}
