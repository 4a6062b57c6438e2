import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb'
import { LetheError } from '../domain/errors.ts'

/** At most two retries, and each try short enough that all of them fit into the function's time. */
export const database = () =>
  new DynamoDBClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 1000, requestTimeout: 2000 } })

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
export function named(...expressions: string[]): Record<string, string> {
  return Object.fromEntries(
    expressions.flatMap((text) => text.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]),
  )
}

export function values(fields: Fields): Item {
  return Object.fromEntries(Object.entries(toItem(fields)).map(([name, value]) => [`:${name}`, value]))
}

/** What a failed condition found: the blocking item, or undefined where there was none. */
export type Refused = { refused: true; blocking: Item | undefined }

/** A failed condition is an outcome; everything else that goes wrong in the store is the store's unavailability. */
export async function attempt<T>(call: Promise<T>): Promise<T | Refused> {
  try {
    return await call
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return { refused: true, blocking: cause.Item }
    throw new LetheError('store_unavailable', { cause })
  }
}

/** For calls without a condition. */
export async function must<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new LetheError('store_unavailable', { cause })
  }
}

export function isRefused(outcome: unknown): outcome is Refused {
  return typeof outcome === 'object' && outcome !== null && 'refused' in outcome
}

/** Per write of the transaction, whether its condition failed; undefined when the whole went through. */
export type Cancelled = readonly boolean[]

const CONFLICT_RETRIES = 2

/** A conflict with another transaction says nothing about the conditions: it is tried again, a little later. */
export async function transact(send: () => Promise<unknown>, retry = 0): Promise<Cancelled | undefined> {
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

export function jitter(retry: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** retry))
}
