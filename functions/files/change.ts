import { LetheError } from '../errors.ts'
import { ancestorsIn, isRoot, type Place } from './access.ts'
import { type Listed, MOST_DEPTH, type Node } from './item.ts'

export type Author = { caller: string; now: number }
/** The folder where an item is to be, and its name there. */
export type Target = { into: Place; name: string }
/** What a request asks for: a folder, a name, or both. */
export type Wanted = { folderId?: string | undefined; name?: string | undefined }

/** The record at the target, with its version raised by one. */
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

/** Whether the change is already made. Throws if the record has another version than the request expects. */
export function isDone(listed: Listed, { into, name }: Target, ifVersion: number | undefined): boolean {
  const isThere = listed.folder === into.node.id && listed.name === name
  // The client repeats the call because the answer was lost. This change is already made.
  if (isThere && ifVersion === listed.v - 1) return true
  if (ifVersion !== undefined && ifVersion !== listed.v) throw new LetheError('version_conflict')
  return isThere
}

const depthOf = (place: Place) => (isRoot(place.node) ? 0 : place.chain.length + 1)

/** Throws if a folder with `height` levels below it would lie too deep in this folder. */
export function checkDepth(into: Place, height: number): void {
  if (depthOf(into) + 1 + height > MOST_DEPTH) throw new LetheError('too_deep')
}
