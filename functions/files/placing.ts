import type { Ahead } from '../data/ahead.ts'
import { LetheError } from '../errors.ts'
import { type Place, parentOf } from './access.ts'
import type { Target, Wanted } from './change.ts'
import type { Tree } from './tree-store.ts'

/** Throws if another item has this name at the target. Returns the record there if it is this item. */
export async function refuseTaken(tree: Tree, { into, name }: Target, mine: string) {
  const found = await tree.child(into.node.id, name)
  if (found && found.id !== mine) throw new LetheError('name_taken')
  return found
}

/** The target of an item. What the request leaves out stays as it is. */
export async function targetOf(
  tree: Tree,
  place: Place,
  { folderId, name }: Wanted,
  caller: string,
  ahead?: Ahead,
): Promise<Target> {
  const into = folderId === undefined ? parentOf(place) : await tree.folder(folderId, caller, 'write', ahead)
  if (into.node.owner !== place.node.owner) throw new LetheError('owner_only')
  return { into, name: name ?? place.node.name }
}
