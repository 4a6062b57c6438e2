import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { table } from '../data/table.ts'
import { deleteIn } from '../data/write.ts'
import { grantKey } from '../files/tree-store.ts'
import type { Share } from './share.ts'

/** Found by its grantee: the user who accepted, or the address of the offer. No user id contains an @. */
export const pointerKey = (grantee: string, id: string): Item => toItem({ pk: `G#${grantee}`, sk: id })

/** The grant decides the access. The pointer only leads its grantee to the grant. */
export function shareStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  /** All shares, even above the limit: parallel offers can exceed it by the number of those offers. */
  async function all(id: string, after?: string): Promise<Share[]> {
    const page = await items.query({ pk: `N#${id}`, prefix: 'g#', after, limit: 1000 })
    const shares = page.items.map(shareOf)
    return page.last === undefined ? shares : [...shares, ...(await all(id, page.last))]
  }

  return {
    all,

    async page(id: string, after: string | undefined, limit: number) {
      const from = after === undefined ? undefined : `g#${after}`
      const page = await items.query({ pk: `N#${id}`, prefix: 'g#', after: from, limit })
      return { shares: page.items.map(shareOf), last: page.last?.slice('g#'.length) }
    },

    /** Removes the share whether it is offered or accepted. Does nothing if there is no share. */
    async leave(id: string, { userId, address }: { userId: string; address: string }): Promise<void> {
      const grantees = [userId, address]
      await items.transact(
        grantees.flatMap((grantee) => [
          deleteIn(tableName, grantKey(id, grantee)),
          deleteIn(tableName, pointerKey(grantee, id)),
        ]),
      )
    },
  }
}

export const fieldsOf = ({ id, ...fields }: Share): Item => toItem({ share: id, ...fields })

export function shareOf(item: Item): Share {
  const { pk: _, sk: __, share, ...fields } = fromItem<Share & { pk: string; sk: string; share: string }>(item)
  return { ...fields, id: share }
}
