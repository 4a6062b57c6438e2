import { objectKey } from '../../../functions/contents/upload-store.ts'
import { type Item, toItem } from '../../../functions/data/item.ts'
import type { ListedFile, Node } from '../../../functions/files/item.ts'
import { listedItem, nodeItem } from '../../../functions/files/tree-store.ts'
import { inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { anUpload } from '../../helpers/files.ts'
import { putManyRaw } from '../../helpers/raw-items.ts'

const WRITERS = 8

/** Whole files as their arrivals leave them: record, node and object each. Without a folder they lie in the root. */
export async function seedFiles(database: DynamoDb, owner: string, count: number, into?: Node): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => itemsOf(owner, index, into)).flat()
  const share = Math.ceil(items.length / WRITERS)
  await inParallel(WRITERS, (writer) =>
    putManyRaw(database, TABLES.files, items.slice(writer * share, (writer + 1) * share)),
  )
}

function itemsOf(owner: string, index: number, into: Node | undefined): Item[] {
  const folder = into?.id ?? owner
  const name = `report ${String(index).padStart(6, '0')} of the year.pdf`
  const { id, ...object } = anUpload({ owner, folder, name, state: 'ready', refs: 1, type: 'application/pdf' })
  const { size, type, sum = '', node, by } = object
  const content = { object: id, size, type, sum, version: 1, addedAt: NOW, addedBy: by }
  const times = { v: 1, createdAt: NOW, changedAt: NOW, changedBy: by }
  const listed: ListedFile = { id: node, kind: 'file', folder, name, ...content, ...times }
  const at: Node = { id: node, kind: 'file', owner, folder, name, ancestors: into ? [into.id, ...into.ancestors] : [] }
  return [listedItem(listed), nodeItem(at), { ...objectKey(id), ...toItem(object) }]
}
