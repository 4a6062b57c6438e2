import { describe, expect, it } from 'vitest'
import { identify } from '../../door/action.ts'
import { AwsError } from '../../door/aws-error.ts'
import type { AwsRequest, Need, ServiceName } from '../../door/call.ts'
import { readCatalog } from '../../door/catalog.ts'
import type { JsonObject } from '../../model.ts'
import { resource, TABLE_ARN, tableResource } from './test-door.ts'

const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Test-Keys-AbCdEf'
const STREAM_ARN = `${TABLE_ARN}/Sessions/stream/1`
const sessions = { ...tableResource('Sessions'), attributes: { StreamArn: STREAM_ARN } }
const users = tableResource('Users', {
  GlobalSecondaryIndexes: [{ IndexName: 'by-mail', KeySchema: [{ AttributeName: 'mail', KeyType: 'HASH' }] }],
})
const catalog = readCatalog([sessions, users, resource('AWS::SecretsManager::Secret', SECRET_ARN)])

const request = (change: Partial<AwsRequest>): AwsRequest => ({
  method: 'POST',
  path: '/',
  query: {},
  headers: {},
  body: Buffer.alloc(0),
  ...change,
})

function json(service: ServiceName, target: string, input: JsonObject, change: Partial<AwsRequest> = {}) {
  const body = Buffer.from(JSON.stringify(input))
  return identify(request({ headers: { 'x-amz-target': target }, body, ...change }), service, catalog)
}

const dynamodb = (operation: string, input: JsonObject) =>
  json('dynamodb', `DynamoDB_20120810.${operation}`, input).needs
const streams = (operation: string, input: JsonObject) =>
  json('dynamodb', `DynamoDBStreams_20120810.${operation}`, input).needs
const sqs = (operation: string, input: JsonObject) => json('sqs', `AmazonSQS.${operation}`, input).needs
const s3 = (method: string, path: string, query = {}, headers = {}) =>
  identify(request({ method, path, query, headers }), 's3', catalog)

const plain = (needs: Need[]) => needs.map(({ action, resources }) => [action, ...resources])
const leadingKeys = ([need]: Need[]) => need?.context?.['dynamodb:LeadingKeys']?.()

function codeOf(identification: () => unknown): string {
  try {
    identification()
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
  return 'identified'
}

const Key = { pk: { S: 'a' }, sk: { S: 'b' } }

describe('a DynamoDB call', () => {
  it.each(['GetItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'DescribeTable', 'DescribeTimeToLive'])(
    '%s needs its own action on its table',
    (operation) => {
      expect(plain(dynamodb(operation, { TableName: 'Users', Key }))).toEqual([
        [`dynamodb:${operation}`, `${TABLE_ARN}/Users`],
      ])
    },
  )

  it('may name its table by ARN', () => {
    const TableName = 'arn:aws:dynamodb:us-east-1:999999999999:table/Users'
    expect(plain(dynamodb('Scan', { TableName }))).toEqual([['dynamodb:Scan', TableName]])
  })

  it('on an index needs the index, not the table', () => {
    const input = { TableName: 'Users', IndexName: 'by-mail' }
    expect(plain(dynamodb('Query', input))).toEqual([['dynamodb:Query', `${TABLE_ARN}/Users/index/by-mail`]])
    expect(plain(dynamodb('Scan', input))).toEqual([['dynamodb:Scan', `${TABLE_ARN}/Users/index/by-mail`]])
  })

  it('in batches needs the batch action on each table', () => {
    const get = { RequestItems: { Users: { Keys: [Key] }, Sessions: { Keys: [Key, Key] } } }
    expect(plain(dynamodb('BatchGetItem', get))).toEqual([
      ['dynamodb:BatchGetItem', `${TABLE_ARN}/Users`],
      ['dynamodb:BatchGetItem', `${TABLE_ARN}/Sessions`],
    ])
    const write: JsonObject = { RequestItems: { Users: [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key } }] } }
    expect(plain(dynamodb('BatchWriteItem', write))).toEqual([['dynamodb:BatchWriteItem', `${TABLE_ARN}/Users`]])
    expect(leadingKeys(dynamodb('BatchWriteItem', write))).toEqual(['a', 'a'])
  })

  it('in a transaction needs what each part would need alone', () => {
    const part = { TableName: 'Users', Key }
    const input: JsonObject = {
      TransactItems: [
        { Put: { TableName: 'Sessions', Item: Key } },
        { Update: part },
        { Delete: part },
        { ConditionCheck: part },
      ],
    }
    expect(plain(dynamodb('TransactWriteItems', input))).toEqual([
      ['dynamodb:PutItem', `${TABLE_ARN}/Sessions`],
      ['dynamodb:UpdateItem', `${TABLE_ARN}/Users`],
      ['dynamodb:DeleteItem', `${TABLE_ARN}/Users`],
      ['dynamodb:ConditionCheckItem', `${TABLE_ARN}/Users`],
    ])
    expect(plain(dynamodb('TransactGetItems', { TransactItems: [{ Get: part }] }))).toEqual([
      ['dynamodb:GetItem', `${TABLE_ARN}/Users`],
    ])
  })

  it.each<[operation: string, input: JsonObject, keys: string[]]>([
    ['GetItem', { TableName: 'Users', Key }, ['a']],
    ['PutItem', { TableName: 'Users', Item: { ...Key, x: { S: 'c' } } }, ['a']],
    ['BatchGetItem', { RequestItems: { Users: { Keys: [Key, { pk: { S: 'z' }, sk: { S: 'b' } }] } } }, ['a', 'z']],
    [
      'Query',
      {
        TableName: 'Users',
        KeyConditionExpression: 'begins_with(sk, :start) AND #p = :p',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':start': { S: 's#' }, ':p': { S: 'a' } },
      },
      ['a'],
    ],
    [
      'Query',
      {
        TableName: 'Users',
        IndexName: 'by-mail',
        KeyConditionExpression: 'mail=:m',
        ExpressionAttributeValues: { ':m': { S: 'a@example.com' } },
      },
      ['a@example.com'],
    ],
  ])('%s carries its partition keys', (operation, input, keys) => {
    expect(leadingKeys(dynamodb(operation, input))).toEqual(keys)
  })

  it('whose partition key cannot be read is refused rather than passed as keyless', () => {
    expect(codeOf(() => leadingKeys(dynamodb('GetItem', { TableName: 'Unknown', Key })))).toBe('ValidationException')
    const legacy = { TableName: 'Users', KeyConditions: {} }
    expect(codeOf(() => leadingKeys(dynamodb('Query', legacy)))).toBe('ValidationException')
  })

  it.each(['CreateTable', 'DeleteTable', 'ExecuteStatement', 'constructor'])('%s is not known', (operation) => {
    expect(codeOf(() => dynamodb(operation, { TableName: 'Users' }))).toBe('UnknownOperationException')
  })
})

describe('a stream call', () => {
  it('needs its action on the stream', () => {
    const needs = (operation: string, input: JsonObject) => plain(streams(operation, input))
    expect(needs('DescribeStream', { StreamArn: STREAM_ARN })).toEqual([['dynamodb:DescribeStream', STREAM_ARN]])
    expect(needs('GetShardIterator', { StreamArn: STREAM_ARN })).toEqual([['dynamodb:GetShardIterator', STREAM_ARN]])
    expect(needs('GetRecords', { ShardIterator: `${STREAM_ARN}|1|xyz` })).toEqual([['dynamodb:GetRecords', STREAM_ARN]])
    expect(needs('ListStreams', { TableName: 'Sessions' })).toEqual([['dynamodb:ListStreams', STREAM_ARN]])
    expect(needs('ListStreams', {})).toEqual([['dynamodb:ListStreams', '*']])
  })

  it('with an iterator that names no stream is refused', () => {
    expect(codeOf(() => streams('GetRecords', { ShardIterator: 'xyz' }))).toBe('ValidationException')
  })

  it('is not known under the name of an item call', () => {
    expect(codeOf(() => dynamodb('GetRecords', {}))).toBe('UnknownOperationException')
  })
})

describe('an SQS call', () => {
  it('needs the single action for a batch, on the queue of its URL', () => {
    const QueueUrl = 'http://127.0.0.1:3002/000000000000/Mail'
    const arn = 'arn:aws:sqs:us-east-1:000000000000:Mail'
    expect(plain(sqs('SendMessageBatch', { QueueUrl }))).toEqual([['sqs:SendMessage', arn]])
    expect(plain(sqs('DeleteMessageBatch', { QueueUrl }))).toEqual([['sqs:DeleteMessage', arn]])
    expect(plain(sqs('ReceiveMessage', { QueueUrl }))).toEqual([['sqs:ReceiveMessage', arn]])
    expect(plain(sqs('GetQueueUrl', { QueueName: 'Mail' }))).toEqual([['sqs:GetQueueUrl', arn]])
  })

  it('that changes queues is not known', () => {
    expect(codeOf(() => sqs('DeleteQueue', { QueueUrl: 'x/Mail' }))).toBe('UnknownOperationException')
  })
})

describe('an S3 call', () => {
  const arn = 'arn:aws:s3:::bucket/a b/c'

  it.each([
    ['GET', 'GetObject', 's3:GetObject'],
    ['HEAD', 'HeadObject', 's3:GetObject'],
    ['PUT', 'PutObject', 's3:PutObject'],
    ['DELETE', 'DeleteObject', 's3:DeleteObject'],
  ])('%s of an object is %s and needs %s', (method, operation, action) => {
    const identified = s3(method, '/bucket/a%20b/c', { 'x-id': operation, 'X-Amz-Signature': '0' })
    expect(identified.operation).toBe(operation)
    expect(plain(identified.needs)).toEqual([[action, arn]])
  })

  it.each([
    ['POST', { uploads: '' }, 'CreateMultipartUpload', 's3:PutObject'],
    ['PUT', { partNumber: '1', uploadId: 'x' }, 'UploadPart', 's3:PutObject'],
    ['POST', { uploadId: 'x' }, 'CompleteMultipartUpload', 's3:PutObject'],
    ['DELETE', { uploadId: 'x' }, 'AbortMultipartUpload', 's3:AbortMultipartUpload'],
    ['GET', { uploadId: 'x', 'max-parts': '2' }, 'ListParts', 's3:ListMultipartUploadParts'],
  ])('%s of an upload with %j is %s and needs %s', (method, query, operation, action) => {
    const identified = s3(method, '/bucket/a%20b/c', query)
    expect(identified.operation).toBe(operation)
    expect(plain(identified.needs)).toEqual([[action, arn]])
  })

  it('for the open uploads needs s3:ListBucketMultipartUploads on the bucket', () => {
    expect(plain(s3('GET', '/bucket', { uploads: '', prefix: 'a' }).needs)).toEqual([
      ['s3:ListBucketMultipartUploads', 'arn:aws:s3:::bucket'],
    ])
  })

  it('takes content only where it stores it', () => {
    expect(s3('PUT', '/bucket/key').takesContent).toBe(true)
    expect(s3('PUT', '/bucket/key', { partNumber: '1', uploadId: 'x' }).takesContent).toBe(true)
    expect(s3('POST', '/bucket/key', { uploadId: 'x' }).takesContent).toBe(false)
  })

  it('may carry checksums that a presigner moved into the query', () => {
    const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' }
    expect(s3('PUT', '/bucket/key', query).operation).toBe('PutObject')
  })

  it('for a list needs s3:ListBucket on the bucket', () => {
    expect(plain(s3('GET', '/bucket', { 'list-type': '2', prefix: 'a' }).needs)).toEqual([
      ['s3:ListBucket', 'arn:aws:s3:::bucket'],
    ])
    expect(s3('GET', '/bucket/', { 'list-type': '2' }).operation).toBe('ListObjectsV2')
  })

  it.each<[what: string, method: string, path: string, query: object, headers: object]>([
    ['a sub-resource', 'GET', '/bucket/key', { acl: '' }, {}],
    ['a part without an upload', 'PUT', '/bucket/key', { partNumber: '1' }, {}],
    ['an old version', 'GET', '/bucket/key', { versionId: 'x' }, {}],
    ['one part of an object', 'GET', '/bucket/key', { partNumber: '1' }, {}],
    ['the deletion of many', 'POST', '/bucket', { delete: '' }, {}],
    ['a changed answer to a write', 'PUT', '/bucket/key', { 'response-content-type': 'text/html' }, {}],
    ['metadata in the query', 'PUT', '/bucket/key', { 'x-amz-meta-a': 'b' }, {}],
    ['a copy', 'PUT', '/bucket/key', {}, { 'x-amz-copy-source': 'bucket/other' }],
    ['an ACL', 'PUT', '/bucket/key', {}, { 'x-amz-acl': 'public-read' }],
    ['the old list', 'GET', '/bucket', {}, {}],
    ['a new bucket', 'PUT', '/bucket', {}, {}],
    ['the list of buckets', 'GET', '/', {}, {}],
  ])('with %s is not known', (_what, method, path, query, headers) => {
    expect(codeOf(() => s3(method, path, query, headers))).toBe('NotImplemented')
  })
})

describe('a call of another service', () => {
  it('SendEmail needs ses:SendEmail on the address or its domain', () => {
    const path = '/v2/email/outbound-emails'
    const identity = 'arn:aws:ses:us-east-1:000000000000:identity/'
    const identified = json('ses', '', { FromEmailAddress: 'Sample <no-reply@example.com>' }, { path })
    expect(identified.operation).toBe('SendEmail')
    expect(plain(identified.needs)).toEqual([
      ['ses:SendEmail', `${identity}no-reply@example.com`, `${identity}example.com`],
    ])
    expect(codeOf(() => json('ses', '', {}, { path: '/v2/email/identities' }))).toBe('UnknownOperationException')
  })

  it('of Secrets Manager needs its action on the ARN, also when it names the secret by name', () => {
    const secrets = (operation: string, SecretId: string) =>
      json('secretsmanager', `secretsmanager.${operation}`, { SecretId }).needs
    expect(plain(secrets('GetSecretValue', SECRET_ARN))).toEqual([['secretsmanager:GetSecretValue', SECRET_ARN]])
    expect(plain(secrets('PutSecretValue', 'Test-Keys'))).toEqual([['secretsmanager:PutSecretValue', SECRET_ARN]])
    expect(codeOf(() => secrets('DeleteSecret', SECRET_ARN))).toBe('UnknownOperationException')
  })

  it('sent to a service under the name of another is not known', () => {
    expect(codeOf(() => json('sqs', 'DynamoDB_20120810.GetItem', {}))).toBe('UnknownOperationException')
  })

  it.each(['', 'null', '[]', '{'])('with the body %j is refused', (body) => {
    const headers = { 'x-amz-target': 'AmazonSQS.SendMessage' }
    expect(codeOf(() => identify(request({ headers, body: Buffer.from(body) }), 'sqs', catalog))).toBe(
      'SerializationException',
    )
  })
})
