import { type InTable, readBatch } from './batch.ts'
import type { Database } from './client.ts'
import type { Item } from './item.ts'

/**
 * What one call read before the work that needs it began. Each item serves one read: whoever reads it again, because
 * something changed meanwhile, asks the table. What was not read ahead is undefined.
 */
export type Ahead = { take(key: InTable): { item: Item | undefined } | undefined }

/** At most a hundred keys of any tables. The same key may be there twice, which DynamoDB refuses. */
export async function readAhead(db: Database, keys: readonly InTable[]): Promise<Ahead> {
  const byName = new Map(keys.map((key) => [nameOf(key), key]))
  const items = new Map<string, Item>()
  for (const found of await readBatch(db, [...byName.values()])) items.set(nameOf(found), found.item)
  return {
    take(key) {
      const name = nameOf(key)
      return byName.delete(name) ? { item: items.get(name) } : undefined
    },
  }
}

const nameOf = ({ table, item }: InTable) => JSON.stringify([table, item.pk?.S, item.sk?.S])
