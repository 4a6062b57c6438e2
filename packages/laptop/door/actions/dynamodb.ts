import { ACCOUNT, type Json, type JsonObject, REGION } from '../../model.ts'
import { AwsError } from '../aws-error.ts'
import type { Need } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import { list, object, text } from './input.ts'
import { keyValue, queriedKeyValue } from './leading-keys.ts'

const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/`

const tableArn = (tableName: string) => (tableName.startsWith('arn:') ? tableName : `${TABLE_ARN}${tableName}`)

type Identify = (input: JsonObject, catalog: Catalog) => Need[]

const onItem =
  (action: string, holder: 'Key' | 'Item'): Identify =>
  (input, catalog) => [itemNeed(action, text(input, 'TableName'), [input[holder]], catalog)]

const onTable =
  (action: string): Identify =>
  (input) => [{ action, resources: [tableArn(text(input, 'TableName'))] }]

const OPERATIONS: Record<string, Identify> = {
  GetItem: onItem('dynamodb:GetItem', 'Key'),
  PutItem: onItem('dynamodb:PutItem', 'Item'),
  UpdateItem: onItem('dynamodb:UpdateItem', 'Key'),
  DeleteItem: onItem('dynamodb:DeleteItem', 'Key'),
  Query: identifyQuery,
  Scan: (input) => [{ action: 'dynamodb:Scan', resources: [indexedArn(input)] }],
  BatchGetItem: identifyBatchGet,
  BatchWriteItem: identifyBatchWrite,
  TransactWriteItems: identifyTransactWrite,
  TransactGetItems: (input, catalog) =>
    list(input.TransactItems, 'TransactItems').map((item) => {
      const get = object(object(item, 'TransactItems').Get, 'Get')
      return itemNeed('dynamodb:GetItem', text(get, 'TableName'), [get.Key], catalog)
    }),
  DescribeTable: onTable('dynamodb:DescribeTable'),
  DescribeTimeToLive: onTable('dynamodb:DescribeTimeToLive'),
}

export function identifyDynamodb(operation: string, input: JsonObject, catalog: Catalog): Need[] | undefined {
  return Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation]?.(input, catalog) : undefined
}

function itemNeed(action: string, tableName: string, keys: (Json | undefined)[], catalog: Catalog): Need {
  const leadingKeys = () => keys.map((key) => keyValue(object(key, 'Key'), catalog.partitionKey(tableName)))
  return { action, resources: [tableArn(tableName)], context: { 'dynamodb:LeadingKeys': leadingKeys } }
}

/** In IAM an index is a resource of its own: a grant on the table does not include it. */
function indexedArn(input: JsonObject): string {
  const table = tableArn(text(input, 'TableName'))
  return input.IndexName === undefined ? table : `${table}/index/${text(input, 'IndexName')}`
}

function identifyQuery(input: JsonObject, catalog: Catalog): Need[] {
  const indexName = input.IndexName === undefined ? undefined : text(input, 'IndexName')
  const leadingKeys = () => [queriedKeyValue(input, catalog.partitionKey(text(input, 'TableName'), indexName))]
  return [
    { action: 'dynamodb:Query', resources: [indexedArn(input)], context: { 'dynamodb:LeadingKeys': leadingKeys } },
  ]
}

function identifyBatchGet(input: JsonObject, catalog: Catalog): Need[] {
  return Object.entries(object(input.RequestItems, 'RequestItems')).map(([tableName, request]) =>
    itemNeed('dynamodb:BatchGetItem', tableName, list(object(request, tableName).Keys, 'Keys'), catalog),
  )
}

function identifyBatchWrite(input: JsonObject, catalog: Catalog): Need[] {
  return Object.entries(object(input.RequestItems, 'RequestItems')).map(([tableName, requests]) => {
    const keys = list(requests, tableName).map((request) => {
      const { PutRequest, DeleteRequest } = object(request, tableName)
      return PutRequest === undefined
        ? object(DeleteRequest, 'DeleteRequest').Key
        : object(PutRequest, 'PutRequest').Item
    })
    return itemNeed('dynamodb:BatchWriteItem', tableName, keys, catalog)
  })
}

const TRANSACT_ACTIONS: Record<string, [action: string, holder: 'Key' | 'Item']> = {
  Put: ['dynamodb:PutItem', 'Item'],
  Update: ['dynamodb:UpdateItem', 'Key'],
  Delete: ['dynamodb:DeleteItem', 'Key'],
  ConditionCheck: ['dynamodb:ConditionCheckItem', 'Key'],
}

/** IAM knows no action for a transaction: each part needs the permission that it would need alone. */
function identifyTransactWrite(input: JsonObject, catalog: Catalog): Need[] {
  return list(input.TransactItems, 'TransactItems').flatMap((item) => {
    const parts = Object.entries(object(item, 'TransactItems'))
    return parts.map(([kind, part]) => {
      const known = Object.hasOwn(TRANSACT_ACTIONS, kind) ? TRANSACT_ACTIONS[kind] : undefined
      if (known === undefined) throw new AwsError('ValidationException', 400, `${kind} is no part of a transaction`)
      const [action, holder] = known
      const described = object(part, kind)
      return itemNeed(action, text(described, 'TableName'), [described[holder]], catalog)
    })
  })
}

const STREAM_OPERATIONS: Record<string, Identify> = {
  ListStreams: (input, catalog) => {
    const tableName = input.TableName === undefined ? undefined : text(input, 'TableName')
    const streamArn =
      tableName === undefined ? '*' : (catalog.streamArn(tableName) ?? `${tableArn(tableName)}/stream/*`)
    return [{ action: 'dynamodb:ListStreams', resources: [streamArn] }]
  },
  DescribeStream: (input) => [{ action: 'dynamodb:DescribeStream', resources: [text(input, 'StreamArn')] }],
  GetShardIterator: (input) => [{ action: 'dynamodb:GetShardIterator', resources: [text(input, 'StreamArn')] }],
  GetRecords: (input) => [
    { action: 'dynamodb:GetRecords', resources: [splitIterator(text(input, 'ShardIterator')).streamArn] },
  ],
}

export function identifyStreams(operation: string, input: JsonObject, catalog: Catalog): Need[] | undefined {
  return Object.hasOwn(STREAM_OPERATIONS, operation) ? STREAM_OPERATIONS[operation]?.(input, catalog) : undefined
}

/** An iterator starts with the ARN of its stream, as in AWS: the ARN tells which permission its call needs. */
export function splitIterator(iterator: string): { streamArn: string; inner: string } {
  const parts = /^(arn:[^|]+\/stream\/[^|]+)\|1\|(.+)$/.exec(iterator)
  if (parts?.[1] === undefined || parts[2] === undefined) {
    throw new AwsError('ValidationException', 400, 'Invalid ShardIterator')
  }
  return { streamArn: parts[1], inner: parts[2] }
}
