import { dropReference } from '../contents/upload-store.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { table } from '../data/table.ts'
import { deleteIn } from '../data/write.ts'
import { versionOf } from '../files/version-store.ts'
import { linkKey } from '../sharing/link-store.ts'
import { pointerKey } from '../sharing/share-store.ts'

/** What a file or folder has beside its node: old versions, metadata, shares and links. */
export function attachments(db: Database, tableName: string) {
  const items = table(db, tableName)
  const of = (id: string) => ({ pk: `N#${id}`, prefix: '' })

  async function removeVersion(item: Item, release: (object: string) => Promise<void>): Promise<void> {
    const { object } = versionOf(item)
    const cancelled = await items.transact([
      deleteIn(tableName, keyOf(item), { only: '#object = :object', fields: { object } }),
      dropReference(tableName, object),
    ])
    if (!cancelled) return release(object)
    if (!cancelled[0]) throw new Error(`${object} is held by a version, and not counted`)
  }

  /** Removes a page of the link's uses or, when there are no uses any more, the link itself. */
  async function removeLink(item: Item, link: string): Promise<void> {
    const { items: uses } = await items.query({ pk: `L#${link}`, prefix: 'i#', limit: 100 })
    const rest = uses.length > 0 ? uses : [linkKey(link), item]
    await items.transact(rest.map((each) => deleteIn(tableName, keyOf(each))))
  }

  return {
    async isBare(id: string): Promise<boolean> {
      const { items: found } = await items.query({ ...of(id), limit: 2 })
      return found.every(isNode)
    },

    async page(id: string, limit: number): Promise<Item[]> {
      const { items: found } = await items.query({ ...of(id), limit })
      return found.filter((item) => !isNode(item))
    },

    /** Removes the item, or only a part of a large one: the caller finds the item again as long as anything is left. */
    async remove(id: string, item: Item, release: (object: string) => Promise<void>): Promise<void> {
      const { sk } = fromItem<{ sk: string }>(item)
      const [kind = '', rest = ''] = [sk.slice(0, 2), sk.slice(2)]
      if (kind === 'v#') return removeVersion(item, release)
      if (kind === 'l#') return removeLink(item, rest)
      const others = kind === 'g#' ? [pointerKey(rest, id)] : []
      if (kind !== 'g#' && sk !== 'meta') throw new Error(`${id} has an item ${sk} that nobody knows how to remove`)
      await items.transact([item, ...others].map((each) => deleteIn(tableName, keyOf(each))))
    },
  }
}

function keyOf(item: Item): Item {
  const { pk, sk } = fromItem<{ pk: string; sk: string }>(item)
  return toItem({ pk, sk })
}

const isNode = ({ sk }: Item) => sk?.S === 'at'
