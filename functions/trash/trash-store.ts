import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, type Table, table } from '../data/table.ts'
import { deleteIn, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { Node } from '../files/item.ts'
import { asRead, listedKey, nodeKey, nodeOf } from '../files/tree-store.ts'
import { TRASH_LIFE, type Trashed } from './trash.ts'

const position = (trashedAt: number, id: string) => `${String(trashedAt).padStart(10, '0')}#${id}`
export const trashKey = (owner: string, { id, trashedAt }: Pick<Trashed, 'id' | 'trashedAt'>): Item =>
  toItem({ pk: `T#${owner}`, sk: position(trashedAt, id) })

/** The trashed item and its owner; undefined for a record of another kind. */
export const trashedIn = (item: Item): { owner: string; trashed: Trashed } | undefined =>
  item.pk?.S?.startsWith('T#') ? { owner: item.pk.S.slice('T#'.length), trashed: trashedOf(item) } : undefined

export function trashedOf(item: Item): Trashed {
  const { pk: _, sk: __, ...fields } = fromItem<Trashed & { pk: string; sk: string }>(item)
  return fields
}

export const NOT_GOING = 'attribute_not_exists(#purging)'
const GO = 'SET #purging = if_not_exists(#purging, :now)'

/** Writes three items, however much lies below: readers of an item below check its ancestors and see this mark. */
export function trashingWrites(tableName: string, owner: string, trashed: Trashed): TransactWriteItem[] {
  const { id, folder, name, trashedAt } = trashed
  return [
    deleteIn(tableName, listedKey(folder, name), asRead(trashed)),
    updateIn(tableName, nodeKey(id), {
      set: 'SET #trashedAt = :trashedAt',
      only: '#folder = :folder',
      fields: { trashedAt, folder },
    }),
    putIn(tableName, { ...trashKey(owner, trashed), ...toItem(trashed) }),
  ]
}

/** Finds an item in the trash, even if it is being purged already. */
export function findTrashed(items: Table) {
  return async (owner: string, id: string, ahead?: Ahead): Promise<{ node: Node; trashed: Trashed } | undefined> => {
    const found = await items.get(nodeKey(id), ahead)
    const node = found && nodeOf(found)
    if (node?.trashedAt === undefined) return undefined
    const item = await items.get(trashKey(owner, { id, trashedAt: node.trashedAt }))
    return item && { node, trashed: trashedOf(item) }
  }
}

export function trashStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  return {
    /** From now on the item is neither listed nor restored, even if its records are deleted only later. */
    giveUp: (owner: string, id: string, now: number, ahead?: Ahead): Promise<true> =>
      untilSettled(async () => {
        const found = await items.get(nodeKey(id), ahead)
        const node = found && nodeOf(found)
        if (node?.owner !== owner || node.trashedAt === undefined) throw new LetheError('item_not_found')
        const mark = { set: GO, only: '#id = :id', fields: { id, now } }
        const outcome = await items.update(trashKey(owner, { id, trashedAt: node.trashedAt }), mark)
        return isRefused(outcome) ? undefined : true
      }),

    /** Newest first, without items that are being purged. A position has no meaning for the caller. */
    async page(owner: string, after: string | undefined, limit: number, now: number) {
      const range = { pk: `T#${owner}`, prefix: '', after, limit, newestFirst: true }
      const living = `${NOT_GOING} AND #trashedAt > :gone`
      const page = await items.query(range, { only: living, fields: { gone: now - TRASH_LIFE } })
      return { trashed: page.items.map(trashedOf), last: page.last }
    },
  }
}

/** For emptying a trash: the ids of the items that are not being purged yet. */
export async function pageOfStaying(items: Table, owner: string, after: string | undefined, limit: number) {
  const page = await items.query({ pk: `T#${owner}`, prefix: '', after, limit }, { only: NOT_GOING })
  return { staying: page.items.map((item) => trashedOf(item).id), last: page.last }
}

/** False when it was taken out of the trash meanwhile. */
export async function markGoing(items: Table, owner: string, trashed: Trashed, now: number): Promise<boolean> {
  if (trashed.purging !== undefined) return true
  const { only, fields } = asRead(trashed)
  const mark = { set: GO, only, fields: { ...fields, now } }
  return !isRefused(await items.update(trashKey(owner, trashed), mark))
}
