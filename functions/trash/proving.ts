import { type Database, untilSettled } from '../data/client.ts'
import { type Cancelled, table } from '../data/table.ts'
import type { Listed, Node } from '../files/item.ts'
import { nodeKey, nodeOf, treeStore } from '../files/tree-store.ts'
import { isGoing, type Trashed } from './trash.ts'
import { findTrashed, markGoing, trashedOf, trashingWrites, trashKey } from './trash-store.ts'

/** A message can be late or come twice, so each time it must be proved that the item is gone for its owner. */
export function proving(db: Database, tableName: string) {
  const items = table(db, tableName)
  const tree = treeStore(db, tableName)
  const findInTrash = findTrashed(items)

  /** A root has a node only once its account is gone. */
  const isEnded = async (owner: string) => (await items.get(nodeKey(owner))) !== undefined

  /** Its folder is being purged or is gone, so nobody can reach the item and nobody can restore it. */
  async function isAbandoned({ folder, owner }: Node): Promise<boolean> {
    if (folder === owner) return isEnded(owner)
    const above = await findInTrash(owner, folder)
    return above?.trashed.purging !== undefined || (await items.get(nodeKey(folder))) === undefined
  }

  async function fromTrash(
    { owner, id }: Node,
    trashedAt: number,
    now: number,
  ): Promise<Trashed | 'stays' | undefined> {
    const item = await items.get(trashKey(owner, { id, trashedAt }))
    if (!item) return undefined
    const trashed = trashedOf(item)
    if (!isGoing(trashed, now) && !(await isEnded(owner))) return 'stays'
    return (await markGoing(items, owner, trashed, now)) ? trashed : undefined
  }

  /** Moves an item of a purged folder into the trash, marked as purging. From then on nobody can move or change it. */
  async function claim(listed: Listed, owner: string, now: number) {
    const trashed: Trashed = { ...listed, trashedAt: now, trashedBy: owner, purging: now }
    const cancelled: Cancelled | undefined = await items.transact(trashingWrites(tableName, owner, trashed))
    return { trashed, cancelled }
  }

  /** Undefined when the item changed meanwhile. */
  async function tryToProve(owner: string, id: string, now: number): Promise<Trashed | 'stays' | undefined> {
    const found = await items.get(nodeKey(id))
    const node = found && nodeOf(found)
    if (node?.owner !== owner) return 'stays'
    if (node.trashedAt !== undefined) return fromTrash(node, node.trashedAt, now)
    if (!(await isAbandoned(node))) return 'stays'
    const listed = await tree.child(node.folder, node.name)
    if (listed?.id !== id) return undefined
    const { trashed, cancelled } = await claim(listed, owner, now)
    return cancelled ? undefined : trashed
  }

  return {
    isEnded,
    claim,
    /** The item as it was when it was trashed; nobody can restore it from now on. `stays`: it must not be purged. */
    prove: (owner: string, id: string, now: number) => untilSettled(() => tryToProve(owner, id, now)),
  }
}
