import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import {
  attempt,
  type Cancelled,
  type Fields,
  type Item,
  must,
  named,
  type Refused,
  transact,
  values,
} from './database.ts'

/** `#name` in an expression is the attribute of that name, `:name` the field of that name. */
export type Write = { set?: string; only?: string; fields?: Fields }

/** A table as the stores speak to it: strongly consistent reads, and writes whose conditions can refuse. */
export function table(db: DynamoDBClient, name: string) {
  return {
    name,

    async get(key: Item): Promise<Item | undefined> {
      const { Item } = await must(db.send(new GetItemCommand({ TableName: name, Key: key, ConsistentRead: true })))
      return Item
    },

    put(item: Item, write: Write = {}): Promise<Refused | object> {
      const input = { TableName: name, Item: item, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
      return attempt(db.send(new PutItemCommand({ ...input, ...expressions(write) })))
    },

    update(key: Item, write: Write): Promise<Refused | { Attributes?: Item | undefined }> {
      const returned = { ReturnValues: 'ALL_NEW', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
      return attempt(
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

function expressions({ set = '', only, fields = {} }: Write) {
  const names = named(set, only ?? '')
  const bound = values(fields)
  return {
    ...(only ? { ConditionExpression: only } : {}),
    ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
    ...(Object.keys(bound).length > 0 ? { ExpressionAttributeValues: bound } : {}),
  }
}

export const ABSENT = 'attribute_not_exists(#pk)'
export const EXISTS = 'attribute_exists(#pk)'
