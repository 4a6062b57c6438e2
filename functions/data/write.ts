import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { type Fields, type Item, toItem } from './item.ts'

/**
 * In an expression, `#name` is the attribute `name` unless `names` maps it to another, and `:name` is the field `name`.
 */
export type Write = { set?: string; only?: string; fields?: Fields; names?: Record<string, string> }

/** One write of a transaction. It names its table, because a transaction may span several tables. */
export const putIn = (tableName: string, item: Item, write: Write = {}): TransactWriteItem => ({
  Put: { TableName: tableName, Item: item, ...expressions(write) },
})

export const updateIn = (tableName: string, key: Item, write: Write): TransactWriteItem => ({
  Update: { TableName: tableName, Key: key, ...updateExpressions(write) },
})

export const deleteIn = (tableName: string, key: Item, write: Write = {}): TransactWriteItem => ({
  Delete: { TableName: tableName, Key: key, ...expressions(write) },
})

export const updateExpressions = (write: Write) => ({ UpdateExpression: write.set, ...expressions(write) })

export function expressions({ set = '', only, fields = {}, names: aliases = {} }: Write) {
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

/** Maps each `#name` to the attribute `name`, so that an attribute can be named like a reserved word. */
export function named(...expressions: string[]): Record<string, string> {
  return Object.fromEntries(
    expressions.flatMap((text) => text.match(/#\w+/g) ?? []).map((name) => [name, name.slice(1)]),
  )
}

export function values(fields: Fields): Item {
  return Object.fromEntries(Object.entries(toItem(fields)).map(([name, value]) => [`:${name}`, value]))
}
