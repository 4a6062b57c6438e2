import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
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
import { jitter, must, PATIENCE } from './client.ts'

export const database = () => new DynamoDBClient(PATIENCE)

export type Item = Record<string, AttributeValue>
type Plain = string | number | readonly string[]
export type Fields = { readonly [name: string]: Plain | undefined }

/** Items are flat: strings, numbers and lists of strings. */
export function toItem(fields: Fields): Item {
  const item: Item = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) item[name] = toAttribute(value)
  return item
}

function toAttribute(value: Plain): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  return { L: value.map((text) => ({ S: text })) }
}

/** The caller's type is the store's word for what it wrote: nothing else writes into the tables. */
export function fromItem<T>(item: Item): T {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)])) as T
}

function fromAttribute(value: AttributeValue): Plain {
  if (value.S !== undefined) return value.S
  if (value.N !== undefined) return Number(value.N)
  if (value.L !== undefined) return value.L.map((entry) => entry.S ?? '')
  throw new Error('an item holds an attribute that no store wrote')
}

/** `#name` in an expression stands for the attribute `name`, so that reserved words need no thought. */
function named(...expressions: string[]): Record<string, string> {
  return Object.fromEntries(
    expressions.flatMap((text) => text.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]),
  )
}

function values(fields: Fields): Item {
  return Object.fromEntries(Object.entries(toItem(fields)).map(([name, value]) => [`:${name}`, value]))
}

/** What a failed condition found: the blocking item, or undefined where there was none. */
export type Refused = { refused: true; blocking: Item | undefined }

/** A conflict with a transaction says nothing about conditions: the write is tried again, a little later. */
const CONFLICT_RETRIES = 2

/** A failed condition is an outcome; everything else that goes wrong in the store is the store's unavailability. */
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

/** Per write of the transaction, whether its condition failed; undefined when the whole went through. */
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

/**
 * `#name` in an expression is the attribute of that name unless `names` says of which, `:name` the field of that name.
 */
export type Write = { set?: string; only?: string; fields?: Fields; names?: Record<string, string> }

/** Of one partition, the sort keys of a prefix; `after` and `last` are sort keys. */
export type Range = { pk: string; prefix: string; after?: string | undefined; limit: number; newestFirst?: boolean }
/** The last of Unicode, which no key holds: after whatever begins alike. */
const BEYOND = '\u{10ffff}'
/** Leaves out what the condition does not fit; it is read all the same. */
export type Filter = { only: string; fields?: Fields }
export type Page = { items: Item[]; last: string | undefined }

const READ_RETRIES = 2

/** From where the last page ended: a stand-in that reads from the beginning would get slower page by page. */
function boundsOf({ prefix, after, newestFirst }: Range): { from: string; to: string } {
  const whole = { from: prefix, to: `${prefix}${BEYOND}` }
  if (after === undefined) return whole
  return newestFirst ? { ...whole, to: after } : { ...whole, from: after }
}

/** A table as the stores speak to it: strongly consistent reads, and writes whose conditions can refuse. */
export function table(db: DynamoDBClient, name: string) {
  /** What was not read is not absent: it is asked for again. */
  async function batch(keys: Item[], retry = 0): Promise<Item[]> {
    const request = new BatchGetItemCommand({ RequestItems: { [name]: { Keys: keys, ConsistentRead: true } } })
    const { Responses, UnprocessedKeys } = await must(db.send(request))
    const found = Responses?.[name] ?? []
    const missed = UnprocessedKeys?.[name]?.Keys ?? []
    if (missed.length === 0) return found
    if (retry === READ_RETRIES) throw new LetheError('store_unavailable')
    await jitter(retry)
    return [...found, ...(await batch(missed, retry + 1))]
  }

  return {
    name,

    /** At most a hundred different keys, in any order; the absent ones are left out. */
    batch: (keys: Item[]): Promise<Item[]> => batch(keys),

    async query({ pk, prefix, after, limit, newestFirst = false }: Range, filter?: Filter): Promise<Page> {
      // DynamoDB takes no empty text for a key, and not all of its stand-ins tell "A" from "a" in a beginning.
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

    async get(key: Item): Promise<Item | undefined> {
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

/** One write of a transaction; the table is named because a transaction may span several. */
export const putIn = (tableName: string, item: Item, write: Write = {}): TransactWriteItem => ({
  Put: { TableName: tableName, Item: item, ...expressions(write) },
})

export const updateIn = (tableName: string, key: Item, write: Write): TransactWriteItem => ({
  Update: { TableName: tableName, Key: key, ...updateExpressions(write) },
})

export const deleteIn = (tableName: string, key: Item, write: Write = {}): TransactWriteItem => ({
  Delete: { TableName: tableName, Key: key, ...expressions(write) },
})

const updateExpressions = (write: Write) => ({ UpdateExpression: write.set, ...expressions(write) })

function expressions({ set = '', only, fields = {}, names: aliases = {} }: Write) {
  const names = { ...named(set, only ?? ''), ...aliases }
  const bound = values(fields)
  return {
    ...(only ? { ConditionExpression: only } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(bound).length > 0 ? { ExpressionAttributeValues: bound } : {}),
  }
}

export const ABSENT = 'attribute_not_exists(#pk)'
export const EXISTS = 'attribute_exists(#pk)'
