import type { Ahead } from '../data/ahead.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { type Table, table } from '../data/table.ts'
import { ABSENT, EXISTS, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { checkLinks, type Link, type LinkUse, MOST_LINKS } from './link.ts'

export const linkKey = (id: string): Item => toItem({ pk: `L#${id}`, sk: 'link' })
/** Leads from a file to its links. It also stores a link's end and revocation, so that open links can be counted. */
const pointerKey = (file: string, id: string): Item => toItem({ pk: `N#${file}`, sk: `l#${id}` })

export function linkStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  async function find(id: string): Promise<Link | undefined> {
    const item = await items.get(linkKey(id))
    return item && linkOf(item)
  }

  return {
    ...using(items),
    find,

    /** The limits are not exact: parallel requests can exceed them by the number of those requests. */
    async create(link: Link): Promise<void> {
      const { id, item, createdAt: now, expiresAt } = link
      const range = { pk: `N#${item}`, prefix: 'l#', limit: MOST_LINKS }
      const only = '#expiresAt > :now AND attribute_not_exists(#revokedAt)'
      const open = await items.query(range, { only, fields: { now } })
      checkLinks({ open: open.items.length, isFull: open.last !== undefined })
      const { id: _, ...fields } = link
      const cancelled = await items.transact([
        putIn(tableName, { ...linkKey(id), ...toItem(fields) }, { only: ABSENT }),
        putIn(tableName, { ...pointerKey(item, id), ...toItem({ expiresAt }) }),
      ])
      if (cancelled) throw new LetheError('store_unavailable')
    },

    keyOf: (file: string, id: string) => items.keyed(pointerKey(file, id)),

    async isOf(file: string, id: string, ahead?: Ahead): Promise<boolean> {
      return (await items.get(pointerKey(file, id), ahead)) !== undefined
    },

    /** False when the file has no such link. Revoking a revoked link changes nothing. */
    async revoke(file: string, id: string, now: number): Promise<boolean> {
      const set = 'SET #revokedAt = if_not_exists(#revokedAt, :now)'
      const write = { set, only: EXISTS, fields: { now } }
      const cancelled = await items.transact([
        updateIn(tableName, pointerKey(file, id), write),
        updateIn(tableName, linkKey(id), write),
      ])
      return cancelled === undefined
    },

    async page(file: string, after: string | undefined, limit: number) {
      const from = after === undefined ? undefined : `l#${after}`
      const page = await items.query({ pk: `N#${file}`, prefix: 'l#', after: from, limit })
      const ids = page.items.map((item) => fromItem<{ sk: string }>(item).sk.slice('l#'.length))
      const found = ids.length === 0 ? [] : (await items.batch(ids.map(linkKey))).map(linkOf)
      const byId = new Map(found.map((link) => [link.id, link]))
      return { links: ids.flatMap((id) => byId.get(id) ?? []), last: page.last?.slice('l#'.length) }
    },
  }
}

function using(items: Table) {
  return {
    /** Counts and records the use in one transaction; false when the link has ended. `nonce` tells uses apart. */
    async use(id: string, { at, address, device }: LinkUse, nonce: string): Promise<boolean> {
      const position = `i#${String(at).padStart(10, '0')}#${nonce}`
      const cancelled = await items.transact([
        updateIn(items.name, linkKey(id), {
          set: 'SET #issued = #issued + :one',
          only: 'attribute_not_exists(#revokedAt) AND #expiresAt > :at AND (attribute_not_exists(#most) OR #issued < #most)',
          fields: { one: 1, at },
        }),
        putIn(items.name, toItem({ pk: `L#${id}`, sk: position, at, address, device })),
      ])
      return cancelled === undefined
    },

    /** The newest first. */
    async uses(id: string, after: string | undefined, limit: number) {
      const from = after === undefined ? undefined : `i#${after}`
      const page = await items.query({ pk: `L#${id}`, prefix: 'i#', after: from, limit, newestFirst: true })
      return { uses: page.items.map(fromItem<LinkUse>), last: page.last?.slice('i#'.length) }
    },
  }
}

function linkOf(item: Item): Link {
  const { pk, sk: _, ...fields } = fromItem<Link & { pk: string; sk: string }>(item)
  return { ...fields, id: pk.slice('L#'.length) }
}
