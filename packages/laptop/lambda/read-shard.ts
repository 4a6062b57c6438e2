import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { pause } from './pause.ts'
import { type StreamEventRecord, streamEventRecord } from './stream-event.ts'
import type { Position } from './stream-positions.ts'

/** Lambda polls a shard four times a second. */
const POLL_MILLISECONDS = 250
const RETRY_MILLISECONDS = 1000

export type ReadShardOptions = {
  client: DynamoDBStreamsClient
  streamArn: string
  shardId: string
  position: () => Position | undefined
  setPosition: (position: Position) => Promise<void>
  batchSize: number
  windowMilliseconds: number
  passes: (event: unknown) => boolean
  deliver: (batch: StreamEventRecord[]) => Promise<void>
  log: (text: string) => void
  signal: AbortSignal
}

/** Reads a shard from its position to its end, or until the signal. */
export async function readShard(options: ReadShardOptions): Promise<void> {
  const { signal, log } = options
  let iterator: string | undefined
  while (!signal.aborted && options.position() !== 'closed') {
    try {
      iterator = await readBatch(options, iterator ?? (await shardIterator(options)))
    } catch (error) {
      if (signal.aborted) return
      iterator = undefined
      if (isNamed(error, 'ExpiredIteratorException')) continue
      log(String(error))
      await pause(RETRY_MILLISECONDS, signal)
    }
  }
}

/** Reads and delivers one batch. Gives the next iterator, or undefined to go on from the stored position. */
async function readBatch(options: ReadShardOptions, iterator: string): Promise<string | undefined> {
  const { records, next } = await gather(options, iterator)
  const isFull = records.length === options.batchSize
  const wanted = records.filter(({ event }) => options.passes(event))
  await options.deliver(wanted)
  // The delivery may have been aborted.
  if (options.signal.aborted) return undefined
  const last = records.at(-1)
  if (!next) await options.setPosition('closed')
  else if (last && last !== wanted.at(-1)) await options.setPosition({ after: last.sequenceNumber })
  // Without a pause, a table that is written all the time would be polled without end, for one record each time.
  if (next && !isFull) await pause(POLL_MILLISECONDS, options.signal)
  return next
}

async function shardIterator(options: ReadShardOptions): Promise<string> {
  const { client, streamArn: StreamArn, shardId: ShardId, signal: abortSignal } = options
  const position = options.position()
  const fromStart = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
  const after = position && position !== 'closed' ? position.after : undefined
  const start = after
    ? ({ StreamArn, ShardId, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const)
    : fromStart
  try {
    return (await client.send(new GetShardIteratorCommand(start), { abortSignal })).ShardIterator ?? ''
  } catch (error) {
    if (!isNamed(error, 'TrimmedDataAccessException')) throw error
    options.log(`records after ${after} of shard ${ShardId} are older than 24 hours and lost`)
    return (await client.send(new GetShardIteratorCommand(fromStart), { abortSignal })).ShardIterator ?? ''
  }
}

type Gathered = { records: StreamEventRecord[]; next: string | undefined }

/** Polls until a batch is full, or its window is over, or the shard has ended. */
async function gather(options: ReadShardOptions, iterator: string): Promise<Gathered> {
  const { client, streamArn, batchSize, windowMilliseconds, signal } = options
  const records: StreamEventRecord[] = []
  let next: string | undefined = iterator
  let end = Number.POSITIVE_INFINITY
  while (next && records.length < batchSize && Date.now() < end) {
    const command: GetRecordsCommand = new GetRecordsCommand({ ShardIterator: next, Limit: batchSize - records.length })
    const { Records: found = [], NextShardIterator } = await client.send(command, { abortSignal: signal })
    next = NextShardIterator
    records.push(...found.map((record) => streamEventRecord(record, streamArn)))
    if (records.length > 0 && end === Number.POSITIVE_INFINITY) end = Date.now() + windowMilliseconds
    if (next && records.length < batchSize && Date.now() < end) await pause(POLL_MILLISECONDS, signal)
  }
  return { records, next }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
