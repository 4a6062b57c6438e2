import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { addReference } from '../contents/upload-store.ts'
import { untilSettled } from '../data/client.ts'
import { ABSENT, EXISTS, fromItem, type Item, putIn, table, toItem, updateIn } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import { type Listed, type ListedOf, MOST_DEPTH, type Node } from './item.ts'
import { ancestorsIn, isRoot, listedItem, nodeItem, nodeKey, type Place, parentOf, type Tree } from './tree-store.ts'

const treeKey = (userId: string): Item => toItem({ pk: `U#${userId}`, sk: 'tree' })

const depthOf = (place: Place) => (isRoot(place.node) ? 0 : place.chain.length + 1)

export type Author = { caller: string; now: number }
export type Target = { into: Place; name: string }
export type Asked = { folderId?: string | undefined; name?: string | undefined }

/** Only this record, as it was read: whoever changed it meanwhile came first. */
export const asRead = ({ id, v }: Listed) => ({ only: '#id = :id AND #v = :v', fields: { id, v } })

/** The record as it stands at the target, one change later. */
export const changedTo = <L extends Listed>(listed: L, { into, name }: Target, { caller, now }: Author): L => ({
  ...listed,
  folder: into.node.id,
  name,
  v: listed.v + 1,
  changedAt: now,
  changedBy: caller,
})

export const nodeIn = ({ id, kind, name }: Listed, into: Place): Node => ({
  id,
  kind,
  owner: into.node.owner,
  folder: into.node.id,
  name,
  ancestors: ancestorsIn(into),
})

/** What moves share, whether out of a folder or out of the trash. */
export function treeShape(db: DynamoDBClient, tableName: string) {
  const items = table(db, tableName)
  return {
    async version(owner: string): Promise<number> {
      const item = await items.get(treeKey(owner))
      return item ? fromItem<{ v: number }>(item).v : 0
    },

    /** Two opposite moves would make a loop: of those that looked at the same tree, one goes through. */
    at(owner: string, v: number): TransactWriteItem {
      const asSeen = v === 0 ? { only: ABSENT, fields: {} } : { only: '#v = :v', fields: { v } }
      const fields = { ...asSeen.fields, next: v + 1 }
      return updateIn(tableName, treeKey(owner), { set: 'SET #v = :next', only: asSeen.only, fields })
    },

    /**
     * Each folder knows how many levels there are below it at most, so that a move of any size need not look. Raised
     * before the change that needs it: too high a figure refuses a move, too low a one would nest too deep. True when
     * one was raised: a folder above may have been moved by its old figure meanwhile.
     */
    async makeDepth(into: Place, height: number): Promise<boolean> {
      if (depthOf(into) + 1 + height > MOST_DEPTH) throw new LetheError('too_deep')
      const above = isRoot(into.node) ? [] : [into.node, ...into.chain]
      let raised = false
      for (const [index, { id, height: known = 0 }] of above.entries()) {
        const least = height + index + 1
        if (known >= least) continue
        const only = `${EXISTS} AND (attribute_not_exists(#height) OR #height < :least)`
        await items.update(nodeKey(id), { set: 'SET #height = :least', only, fields: { least } })
        raised = true
      }
      return raised
    },
  }
}

/** What stands at the target, when it is this very thing. */
export async function refuseTaken(tree: Tree, { into, name }: Target, mine: string) {
  const found = await tree.child(into.node.id, name)
  if (found && found.id !== mine) throw new LetheError('name_taken')
  return found
}

/** Where it shall be, by what was asked for and by where it is. */
export async function targetOf(tree: Tree, place: Place, asked: Asked, caller: string): Promise<Target> {
  const into = asked.folderId === undefined ? parentOf(place) : await tree.folder(asked.folderId, caller, 'write')
  if (into.node.owner !== place.node.owner) throw new LetheError('owner_only')
  return { into, name: asked.name ?? place.node.name }
}

export function treeChanges(db: DynamoDBClient, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const shape = treeShape(db, tableName)

  /** A repeated creation of the same id finds what the first one made. */
  async function create<L extends Listed>(listed: L, target: Target, more: TransactWriteItem[], node?: Partial<Node>) {
    const writes = [
      putIn(tableName, listedItem(listed), { only: ABSENT }),
      putIn(tableName, nodeItem({ ...nodeIn(listed, target.into), ...node }), { only: ABSENT }),
      ...more,
    ]
    const cancelled = await items.transact(writes)
    if (!cancelled) return listed
    const found = await refuseTaken(tree, target, listed.id)
    if (found) return found as L
    // What should be copied is held by nobody any more, or lost.
    if (cancelled[2]) throw new LetheError('file_not_found')
    // The id was given out before, and what it names is elsewhere: another request had this key.
    throw new LetheError(cancelled[1] ? 'idempotency_key_reused' : 'store_unavailable')
  }

  return {
    async createFolder(id: string, asked: { folderId: string; name: string }, author: Author) {
      const { caller, now } = author
      const into = await untilSettled(async () => {
        const place = await tree.folder(asked.folderId, caller, 'write')
        return (await shape.makeDepth(place, 0)) ? undefined : place
      })
      const target = { into, name: asked.name }
      const times = { v: 1, createdAt: now, changedAt: now, changedBy: caller }
      const listed: ListedOf<'folder'> = {
        id,
        kind: 'folder',
        folder: target.into.node.id,
        name: target.name,
        ...times,
      }
      return create(listed, target, [], { height: 0 })
    },

    /** The same content under another name or in another folder; no byte is moved or charged. */
    async copyFile(from: string, id: string, asked: Asked, author: Author) {
      const { caller, now } = author
      const place = await tree.listed('file', from, caller, 'read')
      const target = await targetOf(tree, place, asked, caller)
      const copy = { ...changedTo(place.listed, target, author), id, v: 1, version: 1, createdAt: now }
      return create(copy, target, [addReference(tableName, copy.object)])
    },
  }
}
