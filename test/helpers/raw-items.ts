import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDb } from './dynamodb.ts'

type Item = Record<string, AttributeValue>

/** An item as it lies in the table, past the stores. */
export async function rawItem({ db }: DynamoDb, table: string, pk: string, sk: string): Promise<Item | undefined> {
  const Key = { pk: { S: pk }, sk: { S: sk } }
  return (await db.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item
}

export async function rawItems({ db }: DynamoDb, table: string, pk: string): Promise<Item[]> {
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk } },
    ConsistentRead: true,
  })
  return (await db.send(query)).Items ?? []
}

/** All items of a table whose attribute has this value. */
export async function rawItemsWith({ db }: DynamoDb, table: string, name: string, value: string): Promise<Item[]> {
  const scan = new ScanCommand({
    TableName: table,
    FilterExpression: '#name = :value',
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: { ':value': { S: value } },
    ConsistentRead: true,
  })
  return (await db.send(scan)).Items ?? []
}

export async function putRaw({ db }: DynamoDb, table: string, item: Item): Promise<void> {
  await db.send(new PutItemCommand({ TableName: table, Item: item }))
}

export async function deleteRaw({ db }: DynamoDb, table: string, pk: string, sk: string): Promise<void> {
  await db.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } }))
}

export async function putManyRaw({ db }: DynamoDb, table: string, items: Item[]): Promise<void> {
  for (let at = 0; at < items.length; at += 25) {
    const requests = items.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }))
    await db.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }))
  }
}
