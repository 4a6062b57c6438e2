import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { onTestFinished } from 'vitest'
import { until } from './a-function.ts'
import { NO_CREDENTIALS } from './a-queue.ts'

const DYNOXIDE = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide')

/** A table with a stream, in a DynamoDB of its own; stopped after the test. */
export async function startTable(name: string) {
  const port = await freePort()
  const child = spawn(DYNOXIDE, ['serve', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(async () => {
    child.kill()
    await once(child, 'exit')
  })
  await once(child.stderr, 'data')
  const endpoint = `http://127.0.0.1:${port}`
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: NO_CREDENTIALS })
  onTestFinished(() => client.destroy())
  const table = await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  )
  const streamArn = table.TableDescription?.LatestStreamArn ?? ''
  const put = async (...keys: string[]) => {
    for (const pk of keys) {
      const Item = { pk: { S: pk }, raw: { B: Buffer.from('hi') }, bag: { BS: [Buffer.from('ho')] } }
      await client.send(new PutItemCommand({ TableName: name, Item }))
    }
  }
  return { endpoint, streamArn, put }
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

type Shard = { ShardId: string; ParentShardId?: string }
export type FakeRecord = { SequenceNumber: string; userIdentity?: { PrincipalId: string; Type: string } }

/** A DynamoDB Streams endpoint whose shards a test opens, fills and closes. dynoxide has a single shard only. */
export async function startFakeStream() {
  const shards: Shard[] = []
  const records = new Map<string, FakeRecord[]>()
  const closed = new Set<string>()
  const calls: string[] = []
  let fail: { operation: string; type: string } | undefined

  const answers: Record<string, (input: Record<string, string>) => object> = {
    ListStreams: () => ({ Streams: [] }),
    // Two shards on a page, so that paging is tested.
    DescribeStream: ({ ExclusiveStartShardId }) => {
      const start = shards.findIndex(({ ShardId }) => ShardId === ExclusiveStartShardId) + 1
      const page = shards.slice(start, start + 2)
      const more = start + 2 < shards.length && { LastEvaluatedShardId: page.at(-1)?.ShardId }
      return { StreamDescription: { Shards: page, ...more } }
    },
    GetShardIterator: ({ ShardId = '', ShardIteratorType, SequenceNumber }) => {
      const all = records.get(ShardId) ?? []
      const position = all.findIndex((record) => record.SequenceNumber === SequenceNumber) + 1
      return { ShardIterator: `${ShardId} ${ShardIteratorType === 'TRIM_HORIZON' ? 0 : position}` }
    },
    GetRecords: ({ ShardIterator = '', Limit }) => {
      const [shardId = '', position = '0'] = ShardIterator.split(' ')
      const all = records.get(shardId) ?? []
      const end = Math.min(all.length, Number(position) + Number(Limit))
      const over = closed.has(shardId) && end === all.length
      return {
        Records: all.slice(Number(position), end).map(({ SequenceNumber, userIdentity }) => ({
          ...{ eventID: `e${SequenceNumber}`, eventName: 'MODIFY', userIdentity },
          dynamodb: { SequenceNumber, ApproximateCreationDateTime: 1_800_000_000, Keys: { pk: { S: shardId } } },
        })),
        ...(!over && { NextShardIterator: `${shardId} ${end}` }),
      }
    },
  }
  const endpoint = await serveAws(async (headers, body) => {
    const operation = String(headers['x-amz-target']).split('.')[1] ?? ''
    calls.push(operation)
    const type = fail?.operation === operation ? fail.type : undefined
    if (!type) return { status: 200, text: JSON.stringify(answers[operation]?.(JSON.parse(body))) }
    fail = undefined
    return { status: 400, text: JSON.stringify({ __type: type, message: type }) }
  })
  return {
    endpoint,
    streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/SampleState-Sessions/stream/2026-11-21T00:00:00.000',
    calls,
    open: (ShardId: string, ParentShardId?: string) =>
      shards.push({ ShardId, ...(ParentShardId && { ParentShardId }) }),
    write(shardId: string, ...added: (string | FakeRecord)[]) {
      const all = added.map((record) => (typeof record === 'string' ? { SequenceNumber: record } : record))
      records.set(shardId, [...(records.get(shardId) ?? []), ...all])
    },
    close: (shardId: string) => closed.add(shardId),
    /** The next call of the operation fails with this error. */
    failNext: (operation: string, type: string) => {
      fail = { operation, type }
    },
    calledOnce: (operation: string) => until(() => calls.includes(operation)),
  }
}

/** One endpoint for both services, like the door. */
export function startDoor(endpoints: { streams: string; queues: string }): Promise<string> {
  return serveAws(async (received, body) => {
    const target = String(received['x-amz-target'])
    const endpoint = target.startsWith('AmazonSQS.') ? endpoints.queues : endpoints.streams
    const headers = { 'x-amz-target': target, 'content-type': String(received['content-type']) }
    const answer = await fetch(endpoint, { method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  })
}

type Answering = (headers: IncomingHttpHeaders, body: string) => Promise<{ status: number; text: string }>

async function serveAws(answer: Answering): Promise<string> {
  const server = createServer((request, response) => {
    void request
      .toArray()
      .then((chunks) => answer(request.headers, Buffer.concat(chunks).toString()))
      .then(({ status, text }) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text),
      )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
