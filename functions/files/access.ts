import { type ErrorCode, LetheError } from '../errors.ts'
import type { Kind, Listed, ListedOf, Node } from './item.ts'

/** What one caller needs of a file or folder. `change`: its name, its place or its being there. */
export type Need = 'read' | 'write' | 'change' | 'own'
export type Access = 'owner' | 'write' | 'read'
/** What a share gives. */
export type Grant = Exclude<Access, 'owner'>

/** A file or folder as one caller may see it, every link to the root of its owner proved just now. */
export type Place = {
  node: Node
  /** The folders above it, the nearest first, the root left out. */
  chain: readonly Node[]
  access: Access
  /** To the folder that lists it: who renames, moves or trashes changes that. */
  accessAbove: Access | undefined
  /** As its folder lists it; a root is listed nowhere. */
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

/** What lies in this folder has these ancestors. */
export const ancestorsIn = ({ node, chain }: Place): string[] =>
  isRoot(node) ? [] : [node.id, ...chain.map(({ id }) => id)]

/** Who may do what: everything to the owner, to others what a share of the thing or of a folder above it gives. */
export function admit({ access, accessAbove }: Place, need: Need): void {
  if (need === 'own' && access !== 'owner') throw new LetheError('owner_only')
  if (need === 'write' && access === 'read') throw new LetheError('read_only')
  if (need !== 'change') return
  if (accessAbove === undefined) throw new LetheError('owner_only')
  if (accessAbove === 'read') throw new LetheError('read_only')
}

/** What this caller may do with the first of these nodes, the others being the folders above it. */
export function accessTo(
  nodes: readonly Node[],
  caller: string,
  grants: ReadonlyMap<string, Grant>,
): Access | undefined {
  if (nodes[0]?.owner === caller) return 'owner'
  const granted = nodes.map(({ id }) => grants.get(id))
  return granted.includes('write') ? 'write' : granted.find((access) => access !== undefined)
}

/** The folder that lists it, as proved with it, for one who may change what it lists. */
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
