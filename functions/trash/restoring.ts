import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { ABSENT, deleteIn, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { ancestorsIn, type Place, ROOT } from '../files/access.ts'
import { type Author, changedTo, type Wanted } from '../files/change.ts'
import type { Listed, Node } from '../files/item.ts'
import { refuseTaken } from '../files/placing.ts'
import { shapeStore } from '../files/shape-store.ts'
import { asRead, listedItem, nodeKey, type Tree } from '../files/tree-store.ts'
import { isGoing, type Trashed } from './trash.ts'
import { findTrashed, NOT_GOING, trashKey } from './trash-store.ts'

/** Restores items from the trash. Only their owner can do this. */
export function restoring(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const shape = shapeStore(db, tableName)
  const find = findTrashed(items)

  /** Undefined when the trash or the tree changed meanwhile. */
  async function moveBack(
    { node, trashed }: { node: Node; trashed: Trashed },
    wanted: Wanted,
    author: Author,
    ahead?: Ahead,
  ) {
    const { caller } = author
    // Read before the folders above the target, so that any later change of the tree is noticed.
    const v = trashed.kind === 'folder' ? await shape.version(caller) : undefined
    const target = { into: await home(tree, trashed, wanted, caller, ahead), name: wanted.name ?? trashed.name }
    if (v !== undefined) await shape.makeDepth(target.into, node.height ?? 0)
    const { trashedAt, trashedBy: _, ...listed } = trashed
    const after = changedTo(listed, target, author)
    const { only, fields } = asRead(trashed)
    const cancelled = await items.transact([
      // Only as it was read: it may have been restored, changed and trashed again within the same second.
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

  async function tryToRestore(id: string, wanted: Wanted, author: Author, ahead?: Ahead) {
    const found = await find(author.caller, id, ahead)
    if (found && !isGoing(found.trashed, author.now)) return moveBack(found, wanted, author, ahead)
    const restored = found ? undefined : await restoredBefore(tree, id, wanted, author)
    if (!restored) throw new LetheError('item_not_found')
    return restored
  }

  return (id: string, wanted: Wanted, author: Author, ahead?: Ahead): Promise<Listed> =>
    untilSettled(() => tryToRestore(id, wanted, author, ahead))
}

/** The answer to an earlier restoration was lost: an item that is already where it is wanted stays there. */
async function restoredBefore(tree: Tree, id: string, { folderId, name }: Wanted, { caller }: Author) {
  const place = await tree.find(id, caller)
  if (place?.access !== 'owner' || !place.listed) return undefined
  const { listed } = place
  const isThere = folderId === undefined || listed.folder === (folderId === ROOT ? caller : folderId)
  return isThere && (name ?? listed.name) === listed.name ? listed : undefined
}

/** The folder it lay in, unless another is asked for. */
async function home(tree: Tree, trashed: Trashed, { folderId }: Wanted, caller: string, ahead?: Ahead): Promise<Place> {
  const id = folderId ?? (trashed.folder === caller ? ROOT : trashed.folder)
  const into = await tree.folder(id, caller, 'write', ahead)
  if (into.node.owner !== caller) throw new LetheError('owner_only')
  return into
}
