import { join } from 'node:path'
import {
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JsonObject, Resource } from '../../model.ts'
import { type DynamodbOptions, startDynamodb } from '../../services/dynamodb.ts'
import { dynamodbEndpoint } from '../../services/dynamodb-endpoint.ts'
import { startDynoxide } from '../../services/dynoxide.ts'
import { dynoxideBinary } from '../../services/dynoxide-binary.ts'
import { allow, functionWith, startTestDoor, tableResource } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const STREAM = { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }
const TTL = { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } }

async function started(tables: Resource[], options: Partial<DynamodbOptions> = {}) {
  const dynamodb = await startDynamodb({ tables, folder: temporaryFolder(), toolFolder: '/nowhere', ...options })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= dynamodb.stop()
    return stopped
  }
  onTestFinished(stop)
  const { door, as } = await startTestDoor([...functionWith('f', allow('dynamodb:*', '*')), ...tables], {
    dynamodb: dynamodb.service,
  })
  onTestFinished(door.close)
  const client = new DynamoDBClient(as('f'))
  const streams = new DynamoDBStreamsClient(as('f'))
  return { ...dynamodb, stop, client, streams }
}

const put = (TableName: string, pk: string, more: Record<string, { S: string } | { N: string }> = {}) =>
  new PutItemCommand({ TableName, Item: { pk: { S: pk }, sk: { S: 's' }, ...more } })
const remove = (TableName: string, pk: string) =>
  new DeleteItemCommand({ TableName, Key: { pk: { S: pk }, sk: { S: 's' } } })

async function readStream(streams: DynamoDBStreamsClient, StreamArn: string): Promise<StreamRecord[]> {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }))
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId
  const first = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator: first.ShardIterator }))
  return Records
}

describe('tables', () => {
  it('are made as the template says, under ARNs of this account', async () => {
    const { client, streamArn } = await started([tableResource('Test-Users', { ...STREAM, ...TTL })])
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Test-Users' }))
    expect(Table).toMatchObject({
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Test-Users',
      LatestStreamArn: streamArn('Test-Users'),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    })
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'Test-Users' }))
    expect(TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' })
  })

  it('keep their items and stream over a restart, and take a new stream view and TTL', async () => {
    const folder = temporaryFolder()
    const before = await started([tableResource('Test-Users', STREAM)], { folder })
    await before.client.send(put('Test-Users', 'a'))
    const streamArn = before.streamArn('Test-Users')
    await before.stop()

    const same = await started([tableResource('Test-Users', STREAM)], { folder })
    expect(same.streamArn('Test-Users')).toBe(streamArn)
    expect(await readStream(same.streams, streamArn)).toHaveLength(1)
    await same.stop()

    const keysOnly = { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } }
    const after = await started([tableResource('Test-Users', { ...keysOnly, ...TTL })], { folder })
    const { Items } = await after.client.send(new ScanCommand({ TableName: 'Test-Users' }))
    expect(Items).toEqual([{ pk: { S: 'a' }, sk: { S: 's' } }])
    const { Table } = await after.client.send(new DescribeTableCommand({ TableName: 'Test-Users' }))
    expect(Table?.StreamSpecification?.StreamViewType).toBe('KEYS_ONLY')
    await after.stop()

    const without = await started([tableResource('Test-Users')], { folder })
    expect(() => without.streamArn('Test-Users')).toThrow('table Test-Users has no stream')
    const { TimeToLiveDescription } = await without.client.send(
      new DescribeTimeToLiveCommand({ TableName: 'Test-Users' }),
    )
    expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED')
  })

  it.each<[part: string, properties: JsonObject]>([
    ['KeySchema', { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }],
    [
      'GlobalSecondaryIndexes',
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-sk',
            KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    ],
  ])('whose %s changed stop the start with one sentence', async (part, properties) => {
    const folder = temporaryFolder()
    const before = await started([tableResource('Test-Users')], { folder })
    await before.stop()
    const tables = [tableResource('Test-Users', properties)]
    await expect(startDynamodb({ tables, folder, toolFolder: '/nowhere' })).rejects.toThrow(
      new RegExp(`^Table Test-Users was made with ${part} .* and cannot change to .*: add --fresh to start anew\\.$`),
    )
  })

  it('with an index survive a restart', async () => {
    const folder = temporaryFolder()
    const index = {
      IndexName: 'by-sk',
      KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    }
    const tables = [tableResource('Test-Users', { GlobalSecondaryIndexes: [index] })]
    const before = await started(tables, { folder })
    await before.stop()
    const { client } = await started(tables, { folder })
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Test-Users' }))
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexArn).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/Test-Users/index/by-sk',
    )
  })
})

describe('streams', () => {
  it('are listed under our ARNs and show an open shard', async () => {
    const { client, streams, streamArn } = await started([
      tableResource('Test-Users', STREAM),
      tableResource('Test-Codes', STREAM),
    ])
    await client.send(put('Test-Users', 'a'))
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: 'Test-Users' }))
    expect(Streams?.map(({ StreamArn }) => StreamArn)).toEqual([streamArn('Test-Users')])
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn('Test-Users') }))
    expect(StreamDescription?.StreamArn).toBe(streamArn('Test-Users'))
    expect(StreamDescription?.Shards?.[0]?.SequenceNumberRange?.EndingSequenceNumber).toBeUndefined()
  })

  it('give records in order, with this region and event ids of their own', async () => {
    const { client, streams, streamArn } = await started([
      tableResource('Test-Users', STREAM),
      tableResource('Test-Codes', STREAM),
    ])
    for (const table of ['Test-Users', 'Test-Codes']) {
      await client.send(put(table, 'a'))
      await client.send(put(table, 'a', { v: { N: '2' } }))
      await client.send(remove(table, 'a'))
    }
    const users = await readStream(streams, streamArn('Test-Users'))
    const codes = await readStream(streams, streamArn('Test-Codes'))
    expect(users.map(({ eventName, awsRegion, userIdentity }) => [eventName, awsRegion, userIdentity])).toEqual([
      ['INSERT', 'us-east-1', undefined],
      ['MODIFY', 'us-east-1', undefined],
      ['REMOVE', 'us-east-1', undefined],
    ])
    expect(users[1]?.dynamodb?.NewImage).toEqual({ pk: { S: 'a' }, sk: { S: 's' }, v: { N: '2' } })
    expect(new Set([...users, ...codes].map(({ eventID }) => eventID)).size).toBe(6)
    expect((await readStream(streams, streamArn('Test-Users'))).map(({ eventID }) => eventID)).toEqual(
      users.map(({ eventID }) => eventID),
    )
  })

  it('go on behind the last record read', async () => {
    const { client, streams, streamArn } = await started([tableResource('Test-Users', STREAM)])
    const StreamArn = streamArn('Test-Users')
    await client.send(put('Test-Users', 'a'))
    const [first] = await readStream(streams, StreamArn)
    for (let index = 0; index < 12; index++) await client.send(put('Test-Users', `b${index}`))
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }))
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn,
        ShardId: StreamDescription?.Shards?.[0]?.ShardId,
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        SequenceNumber: first?.dynamodb?.SequenceNumber,
      }),
    )
    const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 5 }))
    const rest = await streams.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }))
    const keys = [...(page.Records ?? []), ...(rest.Records ?? [])].map(({ dynamodb }) => dynamodb?.Keys?.pk?.S)
    expect(keys).toEqual(Array.from({ length: 12 }, (_, index) => `b${index}`))
  })

  it('that are not there are not found', async () => {
    const { streams, streamArn } = await started([tableResource('Test-Users', STREAM)])
    const StreamArn = `${streamArn('Test-Users')}1`
    await expect(streams.send(new DescribeStreamCommand({ StreamArn }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('cannot be read with an iterator of a stream that is not granted', async () => {
    const tables = [tableResource('Test-Users', STREAM), tableResource('Test-Codes', STREAM)]
    const { service, streamArn, client } = await started(tables)
    await client.send(put('Test-Users', 'a'))
    const { door, as } = await startTestDoor([...functionWith('g', allow('dynamodb:*', streamArn('Test-Codes')))], {
      dynamodb: service,
    })
    onTestFinished(door.close)
    const streams = new DynamoDBStreamsClient(as('g'))
    expect(await readStream(streams, streamArn('Test-Codes'))).toEqual([])
    await expect(readStream(streams, streamArn('Test-Users'))).rejects.toThrow('dynamodb:DescribeStream')
    const ShardIterator = `${streamArn('Test-Users')}|1|xyz`
    await expect(streams.send(new GetRecordsCommand({ ShardIterator }))).rejects.toThrow('dynamodb:GetRecords')
  })
})

describe('expired items', () => {
  const seconds = () => Math.floor(Date.now() / 1000)
  const ttl = (value: number) => ({ ttl: { N: String(value) } })
  const year = 365 * 24 * 3600

  it('are deleted, and nothing else', async () => {
    const { client, sweepExpired } = await started([tableResource('Test-Codes', TTL), tableResource('Test-Users')])
    await client.send(put('Test-Codes', 'expired', ttl(seconds() - 5)))
    await client.send(put('Test-Codes', 'alive', ttl(seconds() + 60)))
    await client.send(put('Test-Codes', 'older than five years', ttl(seconds() - 6 * year)))
    await client.send(put('Test-Codes', 'a text', { ttl: { S: '1' } }))
    await client.send(put('Test-Codes', 'without'))
    await client.send(put('Test-Users', 'in a table without TTL', ttl(seconds() - 5)))
    await sweepExpired()
    const left = async (TableName: string) =>
      (await client.send(new ScanCommand({ TableName }))).Items?.map(({ pk }) => pk?.S).sort()
    expect(await left('Test-Codes')).toEqual(['a text', 'alive', 'older than five years', 'without'])
    expect(await left('Test-Users')).toEqual(['in a table without TTL'])
  })

  it('are marked in the stream as deleted by the service, and only these, also after a restart', async () => {
    const folder = temporaryFolder()
    const tables = [
      tableResource('Test-Codes', { ...TTL, ...STREAM }),
      tableResource('Test-Other', { ...TTL, ...STREAM }),
    ]
    const before = await started(tables, { folder })
    for (const table of ['Test-Codes', 'Test-Other']) {
      await before.client.send(put(table, 'mine', ttl(seconds() - 5)))
      await before.client.send(remove(table, 'mine'))
    }
    await before.client.send(put('Test-Codes', 'expired', ttl(seconds() - 5)))
    await before.sweepExpired()
    const identities = async ({ streams, streamArn }: typeof before) =>
      (await readStream(streams, streamArn('Test-Codes')))
        .filter(({ eventName }) => eventName === 'REMOVE')
        .map(({ dynamodb, userIdentity }) => [dynamodb?.Keys?.pk?.S, userIdentity?.PrincipalId, userIdentity?.Type])
    const expected = [
      ['mine', undefined, undefined],
      ['expired', 'dynamodb.amazonaws.com', 'Service'],
    ]
    expect(await identities(before)).toEqual(expected)
    await before.stop()
    expect(await identities(await started(tables, { folder }))).toEqual(expected)
  })

  it('are deleted by the clock too', async () => {
    const { client } = await started([tableResource('Test-Codes', TTL)], { ttlSeconds: 0.05 })
    await client.send(put('Test-Codes', 'expired', ttl(seconds() - 5)))
    const get = new GetItemCommand({ TableName: 'Test-Codes', Key: { pk: { S: 'expired' }, sk: { S: 's' } } })
    await expect.poll(async () => (await client.send(get)).Item).toBeUndefined()
  })
})

describe('another endpoint', () => {
  it('takes the place of dynoxide, and is not stopped', async () => {
    const external = await startDynoxide({
      binary: dynoxideBinary({ toolFolder: '/nowhere', report: () => {} }),
      databasePath: join(temporaryFolder(), 'external.sqlite'),
      onFailure: () => {},
    })
    onTestFinished(external.stop)
    const { client, streams, streamArn, stop } = await started([tableResource('Test-Users', STREAM)], {
      endpoint: external.url,
    })
    await client.send(put('Test-Users', 'a'))
    expect(await readStream(streams, streamArn('Test-Users'))).toHaveLength(1)
    await stop()
    const tables = await dynamodbEndpoint(external.url).call('ListTables', {})
    expect(tables).toEqual({ TableNames: ['Test-Users'] })
  })
})
