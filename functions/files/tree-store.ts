import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { jitter, RACES } from '../data/client.ts'
import { fromItem, type Item, putIn, type Table, table, toItem } from '../data/table.ts'
import { type ErrorCode, LetheError } from '../errors.ts'
import type { Kind, Listed, ListedOf, Node } from './item.ts'

export const nodeKey = (id: string): Item => toItem({ pk: `N#${id}`, sk: 'at' })
export const listedKey = (folder: string, name: string): Item => toItem({ pk: `F#${folder}`, sk: `n#${name}` })
export const grantKey = (id: string, userId: string): Item => toItem({ pk: `N#${id}`, sk: `g#${userId}` })
export const objectKey = (id: string): Item => toItem({ pk: `O#${id}`, sk: 'obj' })

/** `change`: its name, its place or its being there. */
type Need = 'read' | 'write' | 'change' | 'own'
/** A file or folder as one caller may see it, every link to the root of its owner proved just now. */
export type Place = {
  node: Node
  /** The folders above it, the nearest first, the root left out. */
  chain: readonly Node[]
  access: 'owner' | 'write' | 'read'
  /** To the folder that lists it: who renames, moves or trashes changes that. */
  accessAbove: 'owner' | 'write' | 'read' | undefined
  /** As its folder lists it; a root is listed nowhere. */
  listed?: Listed
}
export type ListedPlace<K extends Kind> = Place & { listed: ListedOf<K> }

/** Ends a walk that would not end by itself. Folders are not that deep, but what is too deep can still be read. */
const MOST_LINKS = 64

export const ROOT = 'root'
export const isRoot = ({ id, owner }: Node) => id === owner

/** What lies in this folder has these ancestors. */
export const ancestorsIn = ({ node, chain }: Place): string[] =>
  isRoot(node) ? [] : [node.id, ...chain.map(({ id }) => id)]

const NOT_FOUND = { file: 'file_not_found', folder: 'folder_not_found' } as const satisfies Record<Kind, ErrorCode>

/** Every id is proved by its chain of ancestors: below a trashed or unshared folder there is nothing. */
function proving(items: Table) {
  async function read(keys: Item[]): Promise<Reading> {
    return readingOf(await items.batch(keys))
  }

  /** What is remembered to be above may be old: a folder was moved since. The links themselves are what counts. */
  async function chainOf(node: Node, known: Reading, caller: string): Promise<Node[] | undefined> {
    const chain: Node[] = []
    let at = node
    while (at.folder !== node.owner) {
      if (!known.nodes.has(at.folder)) take(known, await read(keysAbove(at, caller)))
      const above = folderAbove(at, known)
      if (!above || chain.length === MOST_LINKS) return undefined
      chain.push(above)
      at = above
    }
    return chain
  }

  /** Null where there is nothing; undefined when it was moved between the reads, which must not look like that. */
  async function tryToFind(id: string, caller: string): Promise<Place | null | undefined> {
    const known = await read([nodeKey(id), grantKey(id, caller)])
    const node = known.nodes.get(id)
    if (!node || node.trashedAt !== undefined) return null
    // One call for what most answers need: the record that lists it, and all that is remembered to be above it.
    const root = nodeKey(node.owner)
    take(known, await read([listedKey(node.folder, node.name), root, ...keysAbove(node, caller)]))
    const chain = await chainOf(node, known, caller)
    if (known.listed?.id !== id) return undefined
    if (!chain || known.nodes.has(node.owner)) return null
    const accessTo = (nodes: Node[]) => (node.owner === caller ? 'owner' : bestGrant(nodes, known))
    const access = accessTo([node, ...chain])
    return access ? { node, chain, access, accessAbove: accessTo(chain), listed: known.listed } : null
  }

  return async (id: string, caller: string): Promise<Place | undefined> => {
    for (let race = 0; race < RACES; race++) {
      const place = await tryToFind(id, caller)
      if (place !== undefined) return place ?? undefined
      await jitter(race)
    }
    return undefined
  }
}

export function treeStore(db: DynamoDBClient, tableName: string) {
  const items = table(db, tableName)
  return { ...places(items), ...lists(items) }
}

export type Tree = ReturnType<typeof treeStore>

function places(items: Table) {
  const find = proving(items)

  async function mustFind(id: string, caller: string, need: Need, otherwise: ErrorCode): Promise<Place> {
    const place = await find(id, caller)
    if (!place) throw new LetheError(otherwise)
    admit(place, need)
    return place
  }

  async function listed<K extends Kind>(kind: K, id: string, caller: string, need: Need): Promise<ListedPlace<K>> {
    const place = await mustFind(id, caller, need, NOT_FOUND[kind])
    if (place.listed?.kind !== kind) throw new LetheError(NOT_FOUND[kind])
    return place as ListedPlace<K>
  }

  return {
    find,
    listed,
    item: (id: string, caller: string, need: Need) => mustFind(id, caller, need, 'item_not_found'),
    file: (id: string, caller: string, need: Need) => listed('file', id, caller, need),

    /** `root` is the caller's own. */
    async folder(id: string, caller: string, need: Need): Promise<Place> {
      return id === ROOT ? rootPlace(caller) : listed('folder', id, caller, need)
    },

    /** Undefined once the account is gone. */
    async root(userId: string): Promise<Place | undefined> {
      return (await items.get(nodeKey(userId))) ? undefined : rootPlace(userId)
    },
  }
}

function lists(items: Table) {
  return {
    async child(folder: string, name: string): Promise<Listed | undefined> {
      const item = await items.get(listedKey(folder, name))
      return item && listedOf(item)
    },

    /** In the order of the names' bytes. */
    async children(folder: string, { prefix = '', after, limit }: { prefix?: string; after?: string; limit: number }) {
      const range = { pk: `F#${folder}`, prefix: `n#${prefix}`, limit }
      const page = await items.query({ ...range, after: after === undefined ? undefined : `n#${after}` })
      return { children: page.items.map(listedOf), last: page.last?.slice('n#'.length) }
    },
  }
}

function admit({ access, accessAbove }: Place, need: Need): void {
  if (need === 'own' && access !== 'owner') throw new LetheError('owner_only')
  if (need === 'write' && access === 'read') throw new LetheError('read_only')
  if (need !== 'change') return
  if (accessAbove === undefined) throw new LetheError('owner_only')
  if (accessAbove === 'read') throw new LetheError('read_only')
}

const rootOf = (owner: string): Node => ({ id: owner, kind: 'folder', owner, folder: '', name: '', ancestors: [] })

/** A root has a node only once its account is gone: whatever lies below it is gone from then on, for everybody. */
export const endRoot = (tableName: string, userId: string, now: number): TransactWriteItem =>
  putIn(tableName, nodeItem({ ...rootOf(userId), trashedAt: now }))

function rootPlace(userId: string): Place {
  return { node: rootOf(userId), chain: [], access: 'owner', accessAbove: undefined }
}

type Access = 'write' | 'read'
type Reading = { nodes: Map<string, Node>; grants: Map<string, Access>; listed?: Listed | undefined }

function keysAbove({ ancestors, owner }: Node, caller: string): Item[] {
  return ancestors.flatMap((id) => (owner === caller ? [nodeKey(id)] : [nodeKey(id), grantKey(id, caller)]))
}

function folderAbove({ folder, owner }: Node, { nodes }: Reading): Node | undefined {
  const above = nodes.get(folder)
  return above?.kind === 'folder' && above.trashedAt === undefined && above.owner === owner ? above : undefined
}

function take(known: Reading, { nodes, grants, listed }: Reading): void {
  for (const [id, node] of nodes) known.nodes.set(id, node)
  for (const [id, access] of grants) known.grants.set(id, access)
  known.listed ??= listed
}

function readingOf(found: Item[]): Reading {
  const nodes = new Map<string, Node>()
  const grants = new Map<string, Access>()
  let listed: Listed | undefined
  for (const item of found) {
    const { pk, sk } = fromItem<{ pk: string; sk: string }>(item)
    if (sk === 'at') nodes.set(pk.slice('N#'.length), nodeOf(item))
    else if (sk.startsWith('g#')) grants.set(pk.slice('N#'.length), fromItem<{ access: Access }>(item).access)
    else listed = listedOf(item)
  }
  return { nodes, grants, listed }
}

export function nodeOf(item: Item): Node {
  const { pk, sk: _, ...fields } = fromItem<Node & { pk: string; sk: string }>(item)
  return { ...fields, id: pk.slice('N#'.length) }
}

export function listedOf(item: Item): Listed {
  const { pk, sk, ...fields } = fromItem<Listed & { pk: string; sk: string }>(item)
  return { ...fields, folder: pk.slice('F#'.length), name: sk.slice('n#'.length) }
}

function bestGrant(nodes: Node[], { grants }: Reading): Access | undefined {
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

/** As they are written; the keys hold the rest. */
export const nodeItem = ({ id, ...fields }: Node): Item => ({ ...nodeKey(id), ...toItem(fields) })
export const listedItem = ({ folder, name, ...fields }: Listed): Item => ({
  ...listedKey(folder, name),
  ...toItem(fields),
})
