import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  ListStreamsCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams'
import type { InvokeResult } from './model.ts'
import { pause } from './pause.ts'
import type { Poller } from './poll-queue.ts'
import { readShard } from './read-shard.ts'
import { deliverBatch, type GivenUp } from './stream-batch.ts'
import type { ShardPositions } from './stream-positions.ts'

const RETRY_MILLISECONDS = 1000
/** How often the stream is asked for new shards while none of the known ones ends. */
const REFRESH_MILLISECONDS = 10_000

export type PollStreamOptions = {
  streamArn: string
  batchSize: number
  windowSeconds: number
  reportsItems: boolean
  bisects: boolean
  maximumRetryAttempts: number
  maximumAgeSeconds: number
  passes: (event: unknown) => boolean
  client: DynamoDBStreamsClient
  positions: ShardPositions
  invoke: (payload: string) => Promise<InvokeResult>
  /** Called with a batch that was given up, and its shard. */
  giveUp: (shardId: string, what: GivenUp) => Promise<void>
  log: (text: string) => void
}

/** Invokes a function with a table's changes until closed. Rejects if the stream cannot be read at all. */
export async function pollStream(options: PollStreamOptions): Promise<Poller> {
  const { client, streamArn } = options
  const stop = new AbortController()
  await client.send(new ListStreamsCommand({ TableName: tableOf(streamArn) }))
  const running = follow(options, await listShards(options, stop.signal), stop.signal)
  return {
    async close() {
      stop.abort()
      await running
    },
  }
}

/** Reads every shard once, a child after its parent: so the changes of an item keep their order. */
async function follow(options: PollStreamOptions, first: Shard[], signal: AbortSignal): Promise<void> {
  const { positions } = options
  const readers = new Map<string, Promise<void>>()
  const isOver = (shardId: string) => positions.get(shardId) === 'closed'
  let shards = first
  while (!signal.aborted) {
    const listed = idsOf(shards)
    for (const { ShardId = '', ParentShardId: parent } of shards) {
      const ready = !parent || !listed.has(parent) || isOver(parent)
      if (!ready || isOver(ShardId) || readers.has(ShardId)) continue
      readers.set(
        ShardId,
        read(options, ShardId, signal).finally(() => readers.delete(ShardId)),
      )
    }
    await Promise.race([...readers.values(), pause(REFRESH_MILLISECONDS, signal)])
    shards = await refresh(options, shards, signal)
  }
  await Promise.all(readers.values())
}

async function refresh(options: PollStreamOptions, known: Shard[], signal: AbortSignal): Promise<Shard[]> {
  if (signal.aborted) return known
  try {
    const shards = await listShards(options, signal)
    await options.positions.keep(idsOf(shards))
    return shards
  } catch (error) {
    if (signal.aborted) return known
    options.log(`${options.streamArn}: ${error}`)
    await pause(RETRY_MILLISECONDS, signal)
    return known
  }
}

async function listShards({ client, streamArn }: PollStreamOptions, signal: AbortSignal): Promise<Shard[]> {
  const shards: Shard[] = []
  let last: string | undefined
  do {
    const command: DescribeStreamCommand = new DescribeStreamCommand({
      StreamArn: streamArn,
      ...(last && { ExclusiveStartShardId: last }),
    })
    const { StreamDescription: page } = await client.send(command, { abortSignal: signal })
    shards.push(...(page?.Shards ?? []))
    last = page?.LastEvaluatedShardId
  } while (last)
  return shards
}

function idsOf(shards: Shard[]): ReadonlySet<string> {
  return new Set(shards.map(({ ShardId = '' }) => ShardId))
}

function read(options: PollStreamOptions, shardId: string, signal: AbortSignal): Promise<void> {
  const { streamArn, positions } = options
  const log = (text: string) => options.log(`${streamArn} ${shardId}: ${text}`)
  const checkpoint = (sequenceNumber: string) => positions.set(shardId, { after: sequenceNumber })
  const giveUp = (what: GivenUp) => options.giveUp(shardId, what)
  return readShard({
    client: options.client,
    streamArn,
    shardId,
    position: () => positions.get(shardId),
    setPosition: (position) => positions.set(shardId, position),
    batchSize: options.batchSize,
    windowMilliseconds: options.windowSeconds * 1000,
    passes: options.passes,
    deliver: (batch) => deliverBatch({ ...options, checkpoint, giveUp, log, signal }, batch),
    log,
    signal,
  })
}

/** arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label> */
function tableOf(streamArn: string): string {
  return streamArn.split('/')[1] ?? ''
}
