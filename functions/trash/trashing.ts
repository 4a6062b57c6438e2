import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import type { Author } from '../files/change.ts'
import type { Kind } from '../files/item.ts'
import type { Tree } from '../files/tree-store.ts'
import type { Trashed } from './trash.ts'
import { trashingWrites } from './trash-store.ts'

/** Puts a file, or a folder with whatever lies below it, into the trash of its owner. */
export function trashing(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)

  async function tryToTrash(
    kind: Kind,
    id: string,
    { caller, now }: Author,
    ifVersion: number | undefined,
    ahead?: Ahead,
  ) {
    const { node, listed } = await tree.listed(kind, id, caller, 'change', ahead)
    if (ifVersion !== undefined && ifVersion !== listed.v) throw new LetheError('version_conflict')
    const trashed: Trashed = { ...listed, trashedAt: now, trashedBy: caller }
    return (await items.transact(trashingWrites(tableName, node.owner, trashed))) ? undefined : true
  }

  return (kind: Kind, id: string, author: Author, ifVersion: number | undefined, ahead?: Ahead) =>
    untilSettled(() => tryToTrash(kind, id, author, ifVersion, ahead))
}
