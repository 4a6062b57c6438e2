import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { LetheError } from '../errors.ts'
import type { Ahead } from './ahead.ts'
import { type InTable, readBatch } from './batch.ts'
import { type Database, jitter, must } from './client.ts'
import { type Fields, type Item, toItem } from './item.ts'
import { expressions, named, updateExpressions, values, type Write } from './write.ts'

/** What a failed condition found: the blocking item, or undefined where there was none. */
export type Refused = { refused: true; blocking: Item | undefined }

/** A conflict with another transaction says nothing about the condition, so the write is tried again a little later. */
const CONFLICT_RETRIES = 2

/** A failed condition is a normal outcome. Any other error means that the store is not available. */
async function attempt<T>(send: () => Promise<T>, retry = 0): Promise<T | Refused> {
  try {
    return await send()
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return { refused: true, blocking: cause.Item }
    if (!(cause instanceof TransactionConflictException) || retry === CONFLICT_RETRIES) {
      throw new LetheError('store_unavailable', { cause })
    }
    await jitter(retry)
    return attempt(send, retry + 1)
  }
}

export function isRefused(outcome: unknown): outcome is Refused {
  return typeof outcome === 'object' && outcome !== null && 'refused' in outcome
}

/** For each write of the transaction, whether its condition failed; undefined when the transaction succeeded. */
export type Cancelled = readonly boolean[]

async function transact(send: () => Promise<unknown>, retry = 0): Promise<Cancelled | undefined> {
  try {
    await send()
    return undefined
  } catch (cause) {
    const codes = cause instanceof TransactionCanceledException ? (cause.CancellationReasons ?? []) : []
    const failed = codes.map(({ Code }) => Code === 'ConditionalCheckFailed')
    if (failed.includes(true)) return failed
    const conflict = codes.some(({ Code }) => Code === 'TransactionConflict')
    if (!conflict || retry === CONFLICT_RETRIES) throw new LetheError('store_unavailable', { cause })
    await jitter(retry)
    return transact(send, retry + 1)
  }
}

/** The items of one partition whose sort key begins with `prefix`; `after` and `last` are sort keys. */
export type Range = { pk: string; prefix: string; after?: string | undefined; limit: number; newestFirst?: boolean }
/** The last code point of Unicode. No key contains it, so it sorts after every key that begins with the prefix. */
const BEYOND = '\u{10ffff}'
/** Leaves out items that do not match the condition; DynamoDB reads them all the same. */
export type Filter = { only: string; fields?: Fields }
export type Page = { items: Item[]; last: string | undefined }

/** Begins where the last page ended: an emulator that reads from the beginning would get slower page by page. */
function boundsOf({ prefix, after, newestFirst }: Range): { from: string; to: string } {
  const whole = { from: prefix, to: `${prefix}${BEYOND}` }
  if (after === undefined) return whole
  return newestFirst ? { ...whole, to: after } : { ...whole, from: after }
}

/** A table as the stores use it: strongly consistent reads, and conditional writes that can be refused. */
export function table(db: Database, name: string) {
  const keyed = (key: Item): InTable => ({ table: name, item: key })

  return {
    name,
    keyed,

    /** In any order; the absent ones are left out. Asks only for what was not read ahead. */
    async batch(keys: readonly Item[], ahead?: Ahead): Promise<Item[]> {
      const known = keys.map((key) => ahead?.take(keyed(key)))
      const missing = keys.filter((_, index) => known[index] === undefined)
      const read = (await readBatch(db, missing.map(keyed))).map(({ item }) => item)
      return [...known.flatMap((taken) => (taken?.item ? [taken.item] : [])), ...read]
    },

    async query({ pk, prefix, after, limit, newestFirst = false }: Range, filter?: Filter): Promise<Page> {
      // DynamoDB takes no empty text for a key, and some emulators do not tell "A" from "a" in `begins_with`.
      const key = prefix === '' ? '#pk = :pk' : '#pk = :pk AND #sk BETWEEN :from AND :to'
      const bounds = prefix === '' ? {} : boundsOf({ pk, prefix, after, limit, newestFirst })
      const request = new QueryCommand({
        TableName: name,
        KeyConditionExpression: key,
        ...(filter ? { FilterExpression: filter.only } : {}),
        ExpressionAttributeNames: named(key, filter?.only ?? ''),
        ExpressionAttributeValues: values({ ...filter?.fields, pk, ...bounds }),
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: toItem({ pk, sk: after }) }),
      })
      const { Items, LastEvaluatedKey } = await must(db.send(request))
      return { items: Items ?? [], last: LastEvaluatedKey?.sk?.S }
    },

    async get(key: Item, ahead?: Ahead): Promise<Item | undefined> {
      const known = ahead?.take(keyed(key))
      if (known) return known.item
      const { Item } = await must(db.send(new GetItemCommand({ TableName: name, Key: key, ConsistentRead: true })))
      return Item
    },

    put(item: Item, write: Write = {}): Promise<Refused | object> {
      const input = { TableName: name, Item: item, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
      return attempt(() => db.send(new PutItemCommand({ ...input, ...expressions(write) })))
    },

    update(key: Item, write: Write): Promise<Refused | { Attributes?: Item | undefined }> {
      const returned = { ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
      return attempt(() =>
        db.send(new UpdateItemCommand({ TableName: name, Key: key, ...returned, ...updateExpressions(write) })),
      )
    },

    transact(writes: TransactWriteItem[]): Promise<Cancelled | undefined> {
      return transact(() => db.send(new TransactWriteItemsCommand({ TransactItems: writes })))
    },
  }
}

export type Table = ReturnType<typeof table>
