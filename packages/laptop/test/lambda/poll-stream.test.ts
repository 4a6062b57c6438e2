import { join } from 'node:path'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { ARN, folderWith } from './a-function.ts'
import { type Event, type MappingTest, mapStream, numbers } from './a-mapping.ts'
import { startQueue } from './a-queue.ts'
import { startDoor, startFakeStream, startTable } from './a-stream.ts'

const keys = (events: Event[]) => events.flatMap(({ Records }) => Records.map(({ dynamodb }) => dynamodb.Keys.pk.S))

test('a new mapping reads from the oldest record on, in the shape of AWS', async () => {
  const table = await startTable('Sessions')
  await table.put('before')
  const { events } = await mapStream(table, () => undefined)
  await expect.poll(() => events.length).toBe(1)
  const item = { pk: { S: 'before' }, raw: { B: 'aGk=' }, bag: { BS: ['aG8='] } }
  expect(events[0]).toEqual({
    Records: [
      {
        eventID: expect.any(String),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: table.streamArn.split(':')[3],
        eventSourceARN: table.streamArn,
        dynamodb: {
          ApproximateCreationDateTime: expect.any(Number),
          Keys: { pk: { S: 'before' } },
          NewImage: item,
          SequenceNumber: expect.any(String),
          SizeBytes: expect.any(Number),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ],
  })
  const age = Date.now() / 1000 - events[0]!.Records[0]!.dynamodb.ApproximateCreationDateTime
  expect(Math.abs(age)).toBeLessThan(10)
})

test('a change reaches the function within a poll', async () => {
  const table = await startTable('Sessions')
  const { events } = await mapStream(table, () => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const written = performance.now()
  await table.put('now')
  await expect.poll(() => events.length, { interval: 5 }).toBe(1)
  expect(performance.now() - written).toBeLessThan(1000)
})

test('a restart goes on where the function had handled, and only a new mapping starts anew', async () => {
  const table = await startTable('Sessions')
  const positionsFile = join(await folderWith({}), 'positions.json')
  await table.put('one', 'two')
  const first = await mapStream(table, () => undefined, { positionsFile })
  await expect.poll(() => keys(first.events)).toEqual(['one', 'two'])
  await first.close()
  await table.put('three')
  const second = await mapStream(table, () => undefined, { positionsFile })
  await expect.poll(() => keys(second.events)).toEqual(['three'])
  await second.close()
  const another = await mapStream(table, () => undefined)
  await expect.poll(() => keys(another.events)).toEqual(['one', 'two', 'three'])
})

test('after a partial failure the lowest failed record is the first to come again', async () => {
  const table = await startTable('Sessions')
  await table.put('a', 'b', 'c')
  let failed = false
  const { events } = await mapStream(table, ({ Records }) => {
    if (failed) return undefined
    failed = true
    return { batchItemFailures: [{ itemIdentifier: Records[1]?.dynamodb.SequenceNumber }] }
  })
  await expect.poll(() => keys(events)).toEqual(['a', 'b', 'c', 'b', 'c'])
})

test('a batch in work when the mapping closes is finished and counts', async () => {
  const table = await startTable('Sessions')
  const positionsFile = join(await folderWith({}), 'positions.json')
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 300))
  const first = await mapStream(table, slow, { positionsFile })
  await table.put('work')
  await expect.poll(() => first.events.length).toBe(1)
  await first.close()
  const second = await mapStream(table, () => undefined, { positionsFile })
  await table.put('more')
  await expect.poll(() => keys(second.events)).toEqual(['more'])
})

test('a batch that keeps failing is given up, told to the failure queue, and the rest goes on', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1', '2', '3')
  const queue = await startQueue('failures')
  const handler = ({ Records }: Event) => {
    if (Records.some(({ dynamodb }) => dynamodb.SequenceNumber === '2')) throw new Error('poison')
  }
  const { events, log } = await mapStream(stream, handler, {
    doorUrl: await startDoor({ streams: stream.endpoint, queues: queue.endpoint }),
    resources: [queue.resource],
    mapping: {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue.arn } },
    },
  })
  await expect.poll(() => numbers(events)).toEqual(['1', '2', '3', '1', '2', '1', '2', '3'])
  const received = await queue.client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 2 }))
  expect(JSON.parse(received.Messages?.[0]?.Body ?? '')).toEqual({
    requestContext: {
      requestId: '5c2b',
      functionArn: ARN,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 1,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    DDBStreamBatchInfo: {
      shardId: 'shard-1',
      startSequenceNumber: '2',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: '2027-01-15T08:00:00Z',
      approximateArrivalOfLastRecord: '2027-01-15T08:00:00Z',
      batchSize: 1,
      streamArn: stream.streamArn,
    },
  })
  expect(log.some((text) => text.includes('RetryAttemptsExhausted'))).toBe(true)
})

test('a failure queue that cannot be reached holds nothing up', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1')
  const queue = { arn: 'arn:aws:sqs:us-east-1:000000000000:gone', url: `${stream.endpoint}/000000000000/gone` }
  const { log, events } = await mapStream(stream, () => Promise.reject(new Error('down')), {
    resources: [
      {
        stack: 'S',
        logicalId: 'Q',
        type: 'AWS::SQS::Queue',
        ref: queue.url,
        attributes: { Arn: queue.arn },
        properties: {},
      },
    ],
    mapping: { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queue.arn } } },
  })
  await expect.poll(() => log.join('\n')).toContain('the failure record was not delivered')
  stream.write('shard-1', '2')
  await expect.poll(() => numbers(events)).toEqual(['1', '2'])
})

test.each(['ListStreams', 'DescribeStream'])(
  'a role that may not %s is refused when the mapping starts',
  async (operation) => {
    const stream = await startFakeStream()
    stream.failNext(operation, 'AccessDeniedException')
    await expect(mapStream(stream, () => undefined)).rejects.toThrow(/SampleApi\/Mapping .*: AccessDeniedException/)
  },
)

test('a property that is not understood is an error that names it', async () => {
  const stream = await startFakeStream()
  const start = (mapping: MappingTest['mapping']) => mapStream(stream, () => undefined, { mapping })
  await expect(start({ StartingPosition: 'LATEST' })).rejects.toThrow(/SampleApi\/Mapping .*: StartingPosition/)
  await expect(start({ TumblingWindowInSeconds: 3 })).rejects.toThrow(/TumblingWindowInSeconds/)
  await expect(start({ FunctionName: 'nobody' })).rejects.toThrow('there is no function nobody')
})
