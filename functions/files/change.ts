import { LetheError } from '../errors.ts'
import { ancestorsIn, isRoot, type Place } from './access.ts'
import { type Listed, MOST_DEPTH, type Node } from './item.ts'

export type Author = { caller: string; now: number }
/** Where something shall be, and under which name. */
export type Target = { into: Place; name: string }
/** What a request says about it. */
export type Wanted = { folderId?: string | undefined; name?: string | undefined }

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

/** Whether what is asked for has happened already; refused when the record is another than the request knew. */
export function isDone(listed: Listed, { into, name }: Target, ifVersion: number | undefined): boolean {
  const isThere = listed.folder === into.node.id && listed.name === name
  // The answer to this very change was lost and the call repeated: it has happened.
  if (isThere && ifVersion === listed.v - 1) return true
  if (ifVersion !== undefined && ifVersion !== listed.v) throw new LetheError('version_conflict')
  return isThere
}

const depthOf = (place: Place) => (isRoot(place.node) ? 0 : place.chain.length + 1)

/** A folder with so many levels below it comes into this one. */
export function checkDepth(into: Place, height: number): void {
  if (depthOf(into) + 1 + height > MOST_DEPTH) throw new LetheError('too_deep')
}
