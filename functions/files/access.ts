import { type ErrorCode, LetheError } from '../errors.ts'
import type { Kind, Listed, ListedOf, Node } from './item.ts'

/** What a caller wants to do with a file or folder. `change` means to rename, move or trash it. */
export type Need = 'read' | 'write' | 'change' | 'own'
export type Access = 'owner' | 'write' | 'read'
/** The access that a share gives. */
export type Grant = Exclude<Access, 'owner'>

/** A file or folder that one caller may see. Every link up to the root of its owner was checked just now. */
export type Place = {
  node: Node
  /** The folders above it, the nearest first, the root left out. */
  chain: readonly Node[]
  access: Access
  /** The access to the folder that lists it, because renaming, moving or trashing an item changes that folder. */
  accessAbove: Access | undefined
  /** The record in the list of its folder. A root is in no list. */
  listed?: Listed
}
export type ListedPlace<K extends Kind> = Place & { listed: ListedOf<K> }

export const ROOT = 'root'
export const isRoot = ({ id, owner }: Node) => id === owner

export const rootOf = (owner: string): Node => ({
  id: owner,
  kind: 'folder',
  owner,
  folder: '',
  name: '',
  ancestors: [],
})

export const rootPlace = (userId: string): Place => ({
  node: rootOf(userId),
  chain: [],
  access: 'owner',
  accessAbove: undefined,
})

/** The ancestors of an item in this folder. */
export const ancestorsIn = ({ node, chain }: Place): string[] =>
  isRoot(node) ? [] : [node.id, ...chain.map(({ id }) => id)]

/** Throws if access is missing. The owner may do everything; others need a share of the item or a folder above it. */
export function admit({ access, accessAbove }: Place, need: Need): void {
  if (need === 'own' && access !== 'owner') throw new LetheError('owner_only')
  if (need === 'write' && access === 'read') throw new LetheError('read_only')
  if (need !== 'change') return
  if (accessAbove === undefined) throw new LetheError('owner_only')
  if (accessAbove === 'read') throw new LetheError('read_only')
}

/** The caller's access to the first of these nodes; the others are the folders above it. */
export function accessTo(
  nodes: readonly Node[],
  caller: string,
  grants: ReadonlyMap<string, Grant>,
): Access | undefined {
  if (nodes[0]?.owner === caller) return 'owner'
  const granted = nodes.map(({ id }) => grants.get(id))
  return granted.includes('write') ? 'write' : granted.find((access) => access !== undefined)
}

/** The folder that lists the item, already checked with it. Throws if the caller may not change that folder. */
export function parentOf(place: Place): Place {
  admit(place, 'change')
  const { node, access } = place
  const [folder, ...chain] = place.chain
  return { node: folder ?? rootOf(node.owner), chain, access, accessAbove: undefined }
}

export const NOT_FOUND = { file: 'file_not_found', folder: 'folder_not_found' } as const satisfies Record<
  Kind,
  ErrorCode
>
