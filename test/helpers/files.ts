import type { Found, Objects, Part } from '../../functions/contents/object-store.ts'
import { MIB, partCount, type Upload } from '../../functions/contents/upload.ts'
import { uploadStore } from '../../functions/contents/upload-store.ts'
import { usageStore } from '../../functions/contents/usage-store.ts'
import type { ListedFile, ListedOf, Node } from '../../functions/files/item.ts'
import { grantKey, listedItem, nodeItem, treeStore } from '../../functions/files/tree-store.ts'
import { anId, NOW } from './builders.ts'
import { type DynamoDb, TABLES } from './dynamodb.ts'
import { putRaw } from './raw-items.ts'
import { sumOf } from './sum-of.ts'

/** As fake-cloud.ts sets them. */
export const LIMITS = { quota: 100 * MIB, open: 10 }

export const treeIn = ({ db }: DynamoDb) => treeStore(db, TABLES.files)
export const uploadsIn = ({ db }: DynamoDb) => uploadStore(db, TABLES.files)
export const usageIn = ({ db }: DynamoDb) => usageStore(db, TABLES.files)

/** The folder above; without one it is the root of the owner. */
type Where = { owner: string; into?: Node | undefined; name?: string }

const hintFor = (into: Node | undefined) => (into ? [into.id, ...into.ancestors] : [])
const record = (by: string) => ({ v: 1, createdAt: NOW, changedAt: NOW, changedBy: by })

/** Its node and its record, past the stores. */
export async function withFolder(
  database: DynamoDb,
  { owner, into, name = `folder ${anId()}`, height = 0 }: Where & { height?: number },
): Promise<Node> {
  const folder = into?.id ?? owner
  const node: Node = { id: anId(), kind: 'folder', owner, folder, name, ancestors: hintFor(into), height }
  const listed: ListedOf<'folder'> = { id: node.id, kind: 'folder', folder, name, ...record(owner) }
  await putRaw(database, TABLES.files, nodeItem(node))
  await putRaw(database, TABLES.files, listedItem(listed))
  return node
}

/** Folders in each other, the outermost first. */
export async function withFolders(database: DynamoDb, owner: string, names: readonly string[]): Promise<Node[]> {
  const nodes: Node[] = []
  for (const name of names) nodes.push(await withFolder(database, { owner, into: nodes.at(-1), name }))
  return nodes
}

/** Its node, its record and its object, whose room is taken. */
export async function withFile(
  database: DynamoDb,
  { owner, into, name = `file ${anId()}`, size = 10 }: Where & { size?: number },
): Promise<ListedFile> {
  const object = anUpload({ owner, by: owner, size, state: 'ready', refs: 1, name })
  const { id, type, sum = '' } = object
  const folder = into?.id ?? owner
  const content = { object: id, size, type, sum, addedAt: NOW, addedBy: owner }
  const listed: ListedFile = { id: anId(), kind: 'file', folder, name, version: 1, ...content, ...record(owner) }
  const node: Node = { id: listed.id, kind: 'file', owner, folder, name, ancestors: hintFor(into) }
  await usageIn(database).reserve(owner, { id, size, at: NOW }, LIMITS)
  await usageIn(database).settle(owner, id)
  await uploadsIn(database).create({ ...object, folder, node: listed.id })
  await putRaw(database, TABLES.files, nodeItem(node))
  await putRaw(database, TABLES.files, listedItem(listed))
  return listed
}

/** What an accepted share leaves for the proof of ancestors. */
export async function grant(database: DynamoDb, id: string, userId: string, access: 'read' | 'write'): Promise<void> {
  await putRaw(database, TABLES.files, { ...grantKey(id, userId), access: { S: access } })
}

export async function usedBy(database: DynamoDb, userId: string) {
  const { used, open } = await usageIn(database).read(userId, LIMITS)
  return { used, open: open.length }
}

export function anUpload(changes: Partial<Upload> = {}): Upload {
  const owner = changes.owner ?? anId()
  return {
    id: anId(),
    state: 'pending',
    owner,
    by: owner,
    folder: owner,
    name: `upload ${anId()}`,
    node: anId(),
    size: 10,
    type: 'text/plain',
    sum: sumOf('ten bytes!'),
    createdAt: NOW,
    refs: 0,
    scan: 'none',
    ...changes,
  }
}

/** An upload as POST /files leaves it: its room is taken, nothing was sent. */
export async function begun(database: DynamoDb, changes: Partial<Upload> = {}): Promise<Upload> {
  const upload = anUpload(changes)
  await usageIn(database).reserve(upload.owner, { id: upload.id, size: upload.size, at: upload.createdAt }, LIMITS)
  await uploadsIn(database).create(upload)
  return upload
}

/** S3 as far as the stores speak to it, in memory; `stored` are the objects, `parts` the open uploads by their ids. */
export function memoryObjects() {
  const stored = new Map<string, Found & { at: number }>()
  const parts = new Map<string, Part[]>()
  const removed: string[] = []
  const wholeOf = (upload: Upload) => ({ size: upload.size, sum: `${sumOf(upload.id)}-${partCount(upload)}`, at: NOW })

  const objects: Objects = {
    async head(id) {
      const found = stored.get(id)
      return found && { size: found.size, sum: found.sum }
    },
    async listParts({ uploadId = '' }, after = 0) {
      const found = parts.get(uploadId)
      return found && { parts: found.filter(({ number }) => number > after), next: undefined }
    },
    async allParts({ uploadId = '' }) {
      return parts.get(uploadId)
    },
    async putTogether(upload) {
      if (parts.delete(upload.uploadId ?? '')) stored.set(upload.id, wholeOf(upload))
    },
    async remove({ id, uploadId = '' }) {
      removed.push(id)
      parts.delete(uploadId)
      stored.delete(id)
    },
    async list() {
      return { found: [...stored].map(([id, { at }]) => ({ id, at })), next: undefined }
    },
  }

  return {
    ...objects,
    stored,
    parts,
    removed,
    /** What was announced arrives. */
    arrive(upload: Upload, changes: Partial<Found> = {}): void {
      const whole = upload.uploadId === undefined ? { size: upload.size, sum: upload.sum } : wholeOf(upload)
      stored.set(upload.id, { at: NOW, ...whole, ...changes })
    },
  }
}
