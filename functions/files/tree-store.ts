import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Ahead } from '../data/ahead.ts'
import type { InTable } from '../data/batch.ts'
import { type Database, jitter, RACES } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { type Table, table } from '../data/table.ts'
import { putIn } from '../data/write.ts'
import { type ErrorCode, LetheError } from '../errors.ts'
import {
  accessTo,
  admit,
  type Grant,
  type ListedPlace,
  type Need,
  NOT_FOUND,
  type Place,
  ROOT,
  rootOf,
  rootPlace,
} from './access.ts'
import type { Kind, Listed, Node } from './item.ts'

export const nodeKey = (id: string): Item => toItem({ pk: `N#${id}`, sk: 'at' })
export const listedKey = (folder: string, name: string): Item => toItem({ pk: `F#${folder}`, sk: `n#${name}` })
export const grantKey = (id: string, userId: string): Item => toItem({ pk: `N#${id}`, sk: `g#${userId}` })

/** Stops a walk that would never end. It exceeds the depth limit, so folders that are too deep can still be read. */
const MOST_LINKS = 64

/** Every id is checked by its chain of ancestors: nobody finds an item below a trashed or unshared folder. */
function proving(items: Table) {
  async function read(keys: Item[]): Promise<Reading> {
    return readingOf(await items.batch(keys))
  }

  /** The stored ancestors may be old, because a folder was moved since. Only the links between the nodes count. */
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

  /** Undefined: it was moved since its node was read, so the caller must read again. Null: nobody can reach it. */
  async function placeOf(node: Node, caller: string, known: Reading): Promise<Place | null | undefined> {
    const chain = await chainOf(node, known, caller)
    const listed = known.listed.get(placeIn(node))
    if (listed?.id !== node.id) return undefined
    if (!chain || known.nodes.has(node.owner)) return null
    const access = accessTo([node, ...chain], caller, known.grants)
    if (!access) return null
    const accessAbove = node.owner === caller ? 'owner' : accessTo(chain, caller, known.grants)
    return { node, chain, access, accessAbove, listed }
  }

  async function tryToFind(id: string, caller: string, ahead?: Ahead): Promise<Place | null | undefined> {
    const [found] = await items.batch([nodeKey(id)], ahead)
    const node = found && nodeOf(found)
    if (!node || node.trashedAt !== undefined) return null
    return placeOf(node, caller, await read(keysAround(node, caller)))
  }

  async function find(id: string, caller: string, ahead?: Ahead): Promise<Place | undefined> {
    for (let race = 0; race < RACES; race++) {
      const place = await tryToFind(id, caller, ahead)
      if (place !== undefined) return place ?? undefined
      await jitter(race)
    }
    return undefined
  }

  /** By id, the items that their owners can reach, as these find them. As few calls as for one of them, if they fit. */
  async function findOwned(nodes: readonly Node[]): Promise<Map<string, Place>> {
    const living = nodes.filter(({ trashedAt }) => trashedAt === undefined)
    const known = await read(living.flatMap((node) => keysAround(node, node.owner)))
    const places = living.map(async (node) => {
      const place = await placeOf(node, node.owner, known)
      return place === undefined ? find(node.id, node.owner) : place
    })
    const found = (await Promise.all(places)).flatMap((place) => place ?? [])
    return new Map(found.map((place) => [place.node.id, place]))
  }

  return { find, findOwned }
}

export function treeStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  return { ...places(items), ...lists(items) }
}

export type Tree = ReturnType<typeof treeStore>

function places(items: Table) {
  const { find, findOwned } = proving(items)

  async function item(
    id: string,
    caller: string,
    need: Need,
    ahead?: Ahead,
    otherwise: ErrorCode = 'item_not_found',
  ): Promise<Place> {
    const place = await find(id, caller, ahead)
    if (!place) throw new LetheError(otherwise)
    admit(place, need)
    return place
  }

  async function listed<K extends Kind>(
    kind: K,
    id: string,
    caller: string,
    need: Need,
    ahead?: Ahead,
  ): Promise<ListedPlace<K>> {
    const place = await item(id, caller, need, ahead, NOT_FOUND[kind])
    if (place.listed?.kind !== kind) throw new LetheError(NOT_FOUND[kind])
    return place as ListedPlace<K>
  }

  return {
    find,
    findOwned,
    listed,
    item,
    file: (id: string, caller: string, need: Need) => listed('file', id, caller, need),

    /** What finding these items reads first. The root has no node to be read. */
    keysOf: (...ids: readonly (string | undefined)[]): InTable[] =>
      ids.flatMap((id) => (id === undefined || id === ROOT ? [] : [items.keyed(nodeKey(id))])),

    /** `root` is the caller's own root. */
    async folder(id: string, caller: string, need: Need, ahead?: Ahead): Promise<Place> {
      return id === ROOT ? rootPlace(caller) : listed('folder', id, caller, need, ahead)
    },

    /** Undefined once the account is gone. */
    async root(userId: string, ahead?: Ahead): Promise<Place | undefined> {
      return (await items.get(nodeKey(userId), ahead)) ? undefined : rootPlace(userId)
    },
  }
}

function lists(items: Table) {
  return {
    childKey: (folder: string, name: string) => items.keyed(listedKey(folder, name)),

    async child(folder: string, name: string, ahead?: Ahead): Promise<Listed | undefined> {
      const item = await items.get(listedKey(folder, name), ahead)
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

/** A root has a node only after its account was deleted. From then on nobody finds what lies below the root. */
export const endRoot = (tableName: string, userId: string, now: number): TransactWriteItem =>
  putIn(tableName, nodeItem({ ...rootOf(userId), trashedAt: now }))

type Reading = { nodes: Map<string, Node>; grants: Map<string, Grant>; listed: Map<string, Listed> }

const placeIn = ({ folder, name }: { folder: string; name: string }) => `${folder}/${name}`

/** What one call has to read for most items: the record that lists it, its stored ancestors, and a guest's grants. */
function keysAround(node: Node, caller: string): Item[] {
  const grants = node.owner === caller ? [] : [grantKey(node.id, caller)]
  return [listedKey(node.folder, node.name), nodeKey(node.owner), ...grants, ...keysAbove(node, caller)]
}

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
  for (const [place, record] of listed) known.listed.set(place, record)
}

function readingOf(found: Item[]): Reading {
  const nodes = new Map<string, Node>()
  const grants = new Map<string, Grant>()
  const listed = new Map<string, Listed>()
  for (const item of found) {
    const { pk, sk } = fromItem<{ pk: string; sk: string }>(item)
    if (sk === 'at') nodes.set(pk.slice('N#'.length), nodeOf(item))
    else if (sk.startsWith('g#')) grants.set(pk.slice('N#'.length), fromItem<{ access: Grant }>(item).access)
    else listed.set(placeIn(listedOf(item)), listedOf(item))
  }
  return { nodes, grants, listed }
}

export function nodeOf(item: Item): Node {
  const { pk, sk: _, ...fields } = fromItem<Node & { pk: string; sk: string }>(item)
  return { ...fields, id: pk.slice('N#'.length) }
}

/** Undefined for a record of another kind. */
export const listedIn = (item: Item): Listed | undefined => (item.pk?.S?.startsWith('F#') ? listedOf(item) : undefined)

/** Undefined for a record of another kind. */
export const nodeAt = (item: Item): Node | undefined =>
  item.pk?.S?.startsWith('N#') && item.sk?.S === 'at' ? nodeOf(item) : undefined

export function listedOf(item: Item): Listed {
  const { pk, sk, ...fields } = fromItem<Listed & { pk: string; sk: string }>(item)
  return { ...fields, folder: pk.slice('F#'.length), name: sk.slice('n#'.length) }
}

/** The items as they are written. Their keys hold the remaining fields. */
export const nodeItem = ({ id, ...fields }: Node): Item => ({ ...nodeKey(id), ...toItem(fields) })
export const listedItem = ({ folder, name, ...fields }: Listed): Item => ({
  ...listedKey(folder, name),
  ...toItem(fields),
})

/** Only if the record is as it was read. Otherwise another change came first. */
export const asRead = ({ id, v }: Listed) => ({ only: '#id = :id AND #v = :v', fields: { id, v } })
