import { type InTable, nameOf, readBatch } from './batch.ts'
import type { Database } from './client.ts'
import type { Item } from './item.ts'

/**
 * What one call read before the work that needs it began. Each item serves one read: whoever reads it again, because
 * something changed meanwhile, asks the table. What was not read ahead is undefined.
 */
export type Ahead = { take(key: InTable): { item: Item | undefined } | undefined }

/** Keys of any tables. */
export async function readAhead(db: Database, keys: readonly InTable[]): Promise<Ahead> {
  const open = new Set(keys.map(nameOf))
  const items = new Map((await readBatch(db, keys)).map((found) => [nameOf(found), found.item]))
  return {
    take(key) {
      const name = nameOf(key)
      return open.delete(name) ? { item: items.get(name) } : undefined
    },
  }
}
