import { BatchGetItemCommand, type KeysAndAttributes } from '@aws-sdk/client-dynamodb'
import { LetheError } from '../errors.ts'
import { type Database, jitter, must } from './client.ts'
import type { Item } from './item.ts'

/** A key, or an item with its key, and the table that it is in: one call reads from several tables. */
export type InTable = { table: string; item: Item }

const KEYS_A_CALL = 100
const READ_RETRIES = 2

export const nameOf = ({ table, item }: InTable) => JSON.stringify([table, item.pk?.S, item.sk?.S])

/** In any order; the absent ones are left out. A key may be there twice, which DynamoDB would refuse. */
export async function readBatch(db: Database, keys: readonly InTable[]): Promise<InTable[]> {
  const different = [...new Map(keys.map((key) => [nameOf(key), key])).values()]
  const found: InTable[] = []
  for (let at = 0; at < different.length; at += KEYS_A_CALL) {
    found.push(...(await readOnce(db, different.slice(at, at + KEYS_A_CALL))))
  }
  return found
}

async function readOnce(db: Database, keys: readonly InTable[], retry = 0): Promise<InTable[]> {
  const { Responses, UnprocessedKeys } = await must(db.send(new BatchGetItemCommand({ RequestItems: asked(keys) })))
  const found = Object.entries(Responses ?? {}).flatMap(([table, items]) => items.map((item) => ({ table, item })))
  // Keys that DynamoDB did not process are not absent items, so they are requested again.
  const missed = Object.entries(UnprocessedKeys ?? {}).flatMap(([table, { Keys = [] }]) =>
    Keys.map((item) => ({ table, item })),
  )
  if (missed.length === 0) return found
  if (retry === READ_RETRIES) throw new LetheError('store_unavailable')
  await jitter(retry)
  return [...found, ...(await readOnce(db, missed, retry + 1))]
}

function asked(keys: readonly InTable[]): Record<string, KeysAndAttributes> {
  const byTable = Object.entries(Object.groupBy(keys, ({ table }) => table))
  return Object.fromEntries(
    byTable.map(([table, of = []]) => [table, { Keys: of.map(({ item }) => item), ConsistentRead: true }]),
  )
}
