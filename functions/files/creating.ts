import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { addReference } from '../contents/upload-store.ts'
import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { ABSENT, putIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { type Author, changedTo, nodeIn, type Target, type Wanted } from './change.ts'
import type { Listed, ListedOf, Node } from './item.ts'
import { refuseTaken, targetOf } from './placing.ts'
import { shapeStore } from './shape-store.ts'
import { listedItem, nodeItem, type Tree } from './tree-store.ts'

export function creating(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const shape = shapeStore(db, tableName)

  /** A repeated creation with the same id returns what the first one made. */
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
    // The content to be copied has no holder any more, or is lost.
    if (cancelled[2]) throw new LetheError('file_not_found')
    // The id exists, but its item is at another place: the same Idempotency-Key was used for another request.
    throw new LetheError(cancelled[1] ? 'idempotency_key_reused' : 'store_unavailable')
  }

  return {
    async createFolder(id: string, asked: { folderId: string; name: string }, author: Author, ahead?: Ahead) {
      const { caller, now } = author
      const into = await untilSettled(async () => {
        const place = await tree.folder(asked.folderId, caller, 'write', ahead)
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
    async copyFile(from: string, id: string, wanted: Wanted, author: Author, ahead?: Ahead) {
      const { caller, now } = author
      const place = await tree.listed('file', from, caller, 'read', ahead)
      const target = await targetOf(tree, place, wanted, caller, ahead)
      const copy = { ...changedTo(place.listed, target, author), id, v: 1, version: 1, createdAt: now }
      return create(copy, target, [addReference(tableName, copy.object)])
    },
  }
}
