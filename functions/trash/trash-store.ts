import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { untilSettled } from '../data/client.ts'
import {
  ABSENT,
  deleteIn,
  fromItem,
  type Item,
  isRefused,
  putIn,
  type Table,
  table,
  toItem,
  updateIn,
} from '../data/table.ts'
import { LetheError } from '../errors.ts'
import { type Kind, type Listed, type Node, TRASH_LIFE } from '../files/item.ts'
import { type Asked, type Author, asRead, changedTo, refuseTaken, treeShape } from '../files/tree-changes.ts'
import {
  ancestorsIn,
  listedItem,
  listedKey,
  nodeKey,
  nodeOf,
  type Place,
  ROOT,
  type Tree,
} from '../files/tree-store.ts'

/**
 * What was listed, and where; `trashedBy` can be somebody with whom the folder is shared. Once it is `purging` it goes
 * for good, and nothing brings it back.
 */
export type Trashed = Listed & { trashedAt: number; trashedBy: string; purging?: number }

const position = (trashedAt: number, id: string) => `${String(trashedAt).padStart(10, '0')}#${id}`
export const trashKey = (owner: string, { id, trashedAt }: Pick<Trashed, 'id' | 'trashedAt'>): Item =>
  toItem({ pk: `T#${owner}`, sk: position(trashedAt, id) })

export function trashedOf(item: Item): Trashed {
  const { pk: _, sk: __, ...fields } = fromItem<Trashed & { pk: string; sk: string }>(item)
  return fields
}

export const isGoing = ({ purging, trashedAt }: Trashed, now: number) =>
  purging !== undefined || now >= trashedAt + TRASH_LIFE

const NOT_GOING = 'attribute_not_exists(#purging)'

/** Three items, whatever lies below: that it is gone is seen by who proves its ancestors. */
export function trashing(tableName: string, owner: string, trashed: Trashed): TransactWriteItem[] {
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

/** What is in the trash, whether or not it is going already. */
export function findTrashed(items: Table) {
  return async (owner: string, id: string): Promise<{ node: Node; trashed: Trashed } | undefined> => {
    const found = await items.get(nodeKey(id))
    const node = found && nodeOf(found)
    if (node?.trashedAt === undefined) return undefined
    const item = await items.get(trashKey(owner, { id, trashedAt: node.trashedAt }))
    return item && { node, trashed: trashedOf(item) }
  }
}

function restoring(db: DynamoDBClient, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const shape = treeShape(db, tableName)
  const find = findTrashed(items)

  /** Undefined when the trash or the tree changed meanwhile. */
  async function moveBack({ node, trashed }: { node: Node; trashed: Trashed }, asked: Asked, author: Author) {
    const { caller } = author
    // Read before the way to the target is: whatever changes the tree after it is noticed.
    const v = trashed.kind === 'folder' ? await shape.version(caller) : undefined
    const target = { into: await home(tree, trashed, asked, caller), name: asked.name ?? trashed.name }
    if (v !== undefined) await shape.makeDepth(target.into, node.height ?? 0)
    const { trashedAt, trashedBy: _, ...listed } = trashed
    const after = changedTo(listed, target, author)
    const { only, fields } = asRead(trashed)
    const cancelled = await items.transact([
      // As read, because it may have been restored, changed and trashed again within the second.
      deleteIn(tableName, trashKey(caller, trashed), { only: `${only} AND ${NOT_GOING}`, fields }),
      putIn(tableName, listedItem(after), { only: ABSENT }),
      updateIn(tableName, nodeKey(node.id), {
        set: 'SET #folder = :folder, #name = :name, #ancestors = :ancestors REMOVE #trashedAt',
        only: '#trashedAt = :trashedAt',
        fields: { folder: after.folder, name: after.name, ancestors: ancestorsIn(target.into), trashedAt },
      }),
      ...(v === undefined ? [] : [shape.at(caller, v)]),
    ])
    if (!cancelled) return after
    if (!cancelled[0]) await refuseTaken(tree, target, node.id)
    return undefined
  }

  return async (id: string, asked: Asked, author: Author) => {
    const found = await find(author.caller, id)
    if (found && !isGoing(found.trashed, author.now)) return moveBack(found, asked, author)
    const restored = found ? undefined : await restoredBefore(tree, id, asked, author)
    if (!restored) throw new LetheError('item_not_found')
    return restored
  }
}

/** The answer to a first restoration was lost: what is out of the trash and where it was wanted stays there. */
async function restoredBefore(tree: Tree, id: string, { folderId, name }: Asked, { caller }: Author) {
  const place = await tree.find(id, caller)
  if (place?.access !== 'owner' || !place.listed) return undefined
  const { listed } = place
  const isThere = folderId === undefined || listed.folder === (folderId === ROOT ? caller : folderId)
  return isThere && (name ?? listed.name) === listed.name ? listed : undefined
}

/** The folder it lay in, unless another is asked for. */
async function home(tree: Tree, trashed: Trashed, { folderId }: Asked, caller: string): Promise<Place> {
  const into = await tree.folder(folderId ?? (trashed.folder === caller ? ROOT : trashed.folder), caller, 'write')
  if (into.node.owner !== caller) throw new LetheError('owner_only')
  return into
}

export function trashStore(db: DynamoDBClient, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const find = findTrashed(items)
  const restore = restoring(db, tableName, tree)

  async function tryToTrash(kind: Kind, id: string, { caller, now }: Author, ifVersion: number | undefined) {
    const { node, listed } = await tree.listed(kind, id, caller, 'change')
    if (ifVersion !== undefined && ifVersion !== listed.v) throw new LetheError('version_conflict')
    const trashed: Trashed = { ...listed, trashedAt: now, trashedBy: caller }
    return (await items.transact(trashing(tableName, node.owner, trashed))) ? undefined : true
  }

  return {
    trash: (kind: Kind, id: string, author: Author, ifVersion: number | undefined) =>
      untilSettled(() => tryToTrash(kind, id, author, ifVersion)),

    restore: (id: string, asked: Asked, author: Author): Promise<Listed> =>
      untilSettled(() => restore(id, asked, author)),

    /** From now on it is neither listed nor restored, whenever its items are gone. */
    giveUp: (owner: string, id: string, now: number): Promise<true> =>
      untilSettled(async () => {
        const found = await find(owner, id)
        if (!found) throw new LetheError('item_not_found')
        return (await markGoing(items, owner, found.trashed, now)) ? true : undefined
      }),

    /** Newest first, without what is going; a position is opaque to everyone else. */
    async page(owner: string, after: string | undefined, limit: number, now: number) {
      const range = { pk: `T#${owner}`, prefix: '', after, limit, newestFirst: true }
      const living = `${NOT_GOING} AND #trashedAt > :gone`
      const page = await items.query(range, { only: living, fields: { gone: now - TRASH_LIFE } })
      return { trashed: page.items.map(trashedOf), last: page.last }
    },
  }
}

/** Of a trash that shall be emptied, the ids of what is not going yet. */
export async function pageOfStaying(items: Table, owner: string, after: string | undefined, limit: number) {
  const page = await items.query({ pk: `T#${owner}`, prefix: '', after, limit }, { only: NOT_GOING })
  return { staying: page.items.map((item) => trashedOf(item).id), last: page.last }
}

/** False when it was taken out of the trash meanwhile. */
export async function markGoing(items: Table, owner: string, trashed: Trashed, now: number): Promise<boolean> {
  if (trashed.purging !== undefined) return true
  const { only, fields } = asRead(trashed)
  const mark = { set: 'SET #purging = if_not_exists(#purging, :now)', only, fields: { ...fields, now } }
  return !isRefused(await items.update(trashKey(owner, trashed), mark))
}
