import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { ABSENT, deleteIn, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { ancestorsIn, type ListedPlace, ROOT } from './access.ts'
import { type Author, changedTo, isDone, type Target, type Wanted } from './change.ts'
import type { Kind } from './item.ts'
import { refuseTaken, targetOf } from './placing.ts'
import { shapeStore } from './shape-store.ts'
import { asRead, listedItem, listedKey, nodeKey, type Tree } from './tree-store.ts'

export function moving(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const shape = shapeStore(db, tableName)

  /** Undefined when the record or the tree changed meanwhile. */
  async function moveTo<K extends Kind>(place: ListedPlace<K>, target: Target, author: Author, v: number | undefined) {
    const { node, listed } = place
    const after = changedTo(listed, target, author)
    const asSeen = node.height === undefined ? '' : ' AND #height = :height'
    const cancelled = await items.transact([
      deleteIn(tableName, listedKey(listed.folder, listed.name), asRead(listed)),
      putIn(tableName, listedItem(after), { only: ABSENT }),
      updateIn(tableName, nodeKey(node.id), {
        set: 'SET #folder = :folder, #name = :name, #ancestors = :ancestors',
        only: `#folder = :from AND attribute_not_exists(#trashedAt)${asSeen}`,
        fields: {
          folder: after.folder,
          name: after.name,
          ancestors: ancestorsIn(target.into),
          from: node.folder,
          height: node.height,
        },
      }),
      ...(v === undefined ? [] : [shape.at(node.owner, v)]),
    ])
    if (!cancelled) return after
    if (!cancelled[0]) await refuseTaken(tree, target, node.id)
    return undefined
  }

  async function tryToMove<K extends Kind>(
    kind: K,
    id: string,
    wanted: Wanted,
    author: Author,
    ifVersion: number | undefined,
    ahead?: Ahead,
  ) {
    const place = await tree.listed(kind, id, author.caller, 'change', ahead)
    const { listed, node } = place
    const stays = wanted.folderId === undefined || namedBy(wanted.folderId, author.caller) === listed.folder
    // Read before the folders above the target, so that any later change of the tree is noticed.
    const v = kind === 'file' || stays ? undefined : await shape.version(node.owner)
    const target = await targetOf(tree, place, wanted, author.caller, ahead)
    if (isDone(listed, target, ifVersion)) return listed
    if (ancestorsIn(target.into).includes(id)) throw new LetheError('folder_loop')
    if (v !== undefined) await shape.makeDepth(target.into, node.height ?? 0)
    return moveTo(place, target, author, v)
  }

  return {
    /** Renames or moves a file or folder by writing three or four items, however much lies below a folder. */
    move: <K extends Kind>(
      kind: K,
      id: string,
      wanted: Wanted,
      author: Author,
      ifVersion: number | undefined,
      ahead?: Ahead,
    ) => untilSettled(() => tryToMove(kind, id, wanted, author, ifVersion, ahead)),
  }
}

const namedBy = (folderId: string, caller: string) => (folderId === ROOT ? caller : folderId)
