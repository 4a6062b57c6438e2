import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { LambdaRefusal } from '../../lambda/model.ts'
import { type MappingTest, startMapping } from './a-mapping.ts'
import { startQueue } from './a-queue.ts'

async function startMailQueue(attributes: Record<string, string> = {}) {
  const queue = await startQueue('mail', attributes)
  const send = (...bodies: string[]) =>
    queue.client.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: bodies.map((MessageBody, index) => ({ Id: `m${index}`, MessageBody })),
      }),
    )
  const map = (handler: MappingTest['handler'], more: Partial<MappingTest> = {}) => {
    const mapping = { EventSourceArn: queue.arn, FunctionResponseTypes: ['ReportBatchItemFailures'], ...more.mapping }
    return startMapping({ doorUrl: queue.endpoint, ...more, mapping, handler, resources: [queue.resource] })
  }
  return { ...queue, send, map }
}

const bodies = (event: { Records: { body: string }[] }) => event.Records.map(({ body }) => body).sort()

test('a message reaches the function in the shape of AWS and is deleted when it was handled', async () => {
  const { client, url, arn, map, count } = await startMailQueue()
  const { events } = await map(() => undefined)
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'verify' },
    raw: { DataType: 'Binary', BinaryValue: Buffer.from('hi') },
  }
  const { MessageId, MD5OfMessageBody } = await client.send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: '{"pendingId":"p1"}', MessageAttributes }),
  )
  await expect.poll(() => events.length).toBe(1)
  const lists = { stringListValues: [], binaryListValues: [] }
  expect(events[0]).toEqual({
    Records: [
      {
        messageId: MessageId,
        receiptHandle: expect.any(String),
        body: '{"pendingId":"p1"}',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
        }),
        messageAttributes: {
          kind: { stringValue: 'verify', dataType: 'String', ...lists },
          raw: { binaryValue: Buffer.from('hi').toString('base64'), dataType: 'Binary', ...lists },
        },
        md5OfBody: MD5OfMessageBody,
        md5OfMessageAttributes: expect.any(String),
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: 'us-east-1',
      },
    ],
  })
  await expect.poll(count).toEqual([0, 0])
})

test('a message wakes the function at once', async () => {
  const { send, map } = await startMailQueue()
  const { events } = await map(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const sent = performance.now()
  await send('now')
  await expect.poll(() => events.length, { interval: 5 }).toBe(1)
  expect(performance.now() - sent).toBeLessThan(500)
})

test('of a batch only the reported messages come again, after their visibility timeout', async () => {
  const { send, map, count } = await startMailQueue({ VisibilityTimeout: '1' })
  await send('good', 'bad', 'fine')
  const reportFirst: MappingTest['handler'] = ({ Records }) => ({
    batchItemFailures: Records.filter(
      ({ body, attributes }) => body === 'bad' && attributes.ApproximateReceiveCount === '1',
    ).map(({ messageId }) => ({ itemIdentifier: messageId })),
  })
  const { events } = await map(reportFirst, { timeout: 1 })
  await expect.poll(count).toEqual([0, 1])
  expect(events.flatMap(bodies).sort()).toEqual(['bad', 'fine', 'good'])
  await expect.poll(() => events.at(-1) && bodies(events.at(-1)!), { timeout: 6000 }).toEqual(['bad'])
  await expect.poll(count).toEqual([0, 0])
})

test('when the function fails or is throttled the whole batch stays', async () => {
  const { send, map, count } = await startMailQueue()
  await send('one', 'two')
  const failing = await map(() => {
    throw new Error('down')
  })
  await expect.poll(() => failing.events.length).toBeGreaterThan(0)
  await failing.close()
  expect((await count())[1]).toBe(2)

  const throttled = await startMailQueue()
  await throttled.send('one')
  const { log } = await throttled.map(() => undefined, {
    invoke: () => Promise.reject(new LambdaRefusal('TooManyRequestsException', 'Rate Exceeded.')),
  })
  await expect.poll(() => log.length).toBe(1)
  expect(log[0]).toContain('TooManyRequestsException')
  expect(await throttled.count()).toEqual([0, 1])
})

test('a batch window gathers more than one receive, up to the batch size', async () => {
  const { send, map } = await startMailQueue()
  const twelve = Array.from({ length: 12 }, (_, index) => `m${index}`)
  await send(...twelve.slice(0, 10))
  await send(...twelve.slice(10))
  const mapping = { BatchSize: 12, MaximumBatchingWindowInSeconds: 1, ScalingConfig: { MaximumConcurrency: 2 } }
  const { events } = await map(() => undefined, { mapping })
  await expect.poll(() => events.flatMap(bodies).length, { timeout: 4000 }).toBe(12)
  expect(Math.max(...events.map(({ Records }) => Records.length))).toBeGreaterThan(6)
})

test('a batch is never larger than its size', async () => {
  const { send, map } = await startMailQueue()
  await send('a', 'b', 'c', 'd', 'e')
  const { events } = await map(() => undefined, { mapping: { BatchSize: 2 } })
  await expect.poll(() => events.flatMap(bodies).length).toBe(5)
  expect(events.every(({ Records }) => Records.length <= 2)).toBe(true)
})

test('close cuts long polls short and lets running work finish', async () => {
  const { send, map, count } = await startMailQueue()
  let finished = false
  const { events, close } = await map(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    finished = true
  })
  await send('work')
  await expect.poll(() => events.length).toBe(1)
  const closing = performance.now()
  await close()
  expect(performance.now() - closing).toBeLessThan(2000)
  expect(finished).toBe(true)
  expect(await count()).toEqual([0, 0])
})

test('a visibility timeout shorter than the function timeout is refused, as on AWS', async () => {
  const { map } = await startMailQueue({ VisibilityTimeout: '9' })
  await expect(map(() => undefined, { timeout: 10 })).rejects.toThrow(
    'SampleApi/Mapping (AWS::Lambda::EventSourceMapping): Error: Queue visibility timeout: 9 seconds is less than Function timeout: 10 seconds',
  )
})

test('a queue that cannot be read is refused when the mapping starts', async () => {
  const { client, map, url } = await startMailQueue()
  const { DeleteQueueCommand } = await import('@aws-sdk/client-sqs')
  await client.send(new DeleteQueueCommand({ QueueUrl: url }))
  await expect(map(() => undefined)).rejects.toThrow(/SampleApi\/Mapping.*queue does not exist/)
})

test('a property that is not understood is an error that names it', async () => {
  const { map } = await startMailQueue()
  const filtered = map(() => undefined, { mapping: { FilterCriteria: { Filters: [] } } })
  await expect(filtered).rejects.toThrow(/SampleApi\/Mapping .*: FilterCriteria/)
  await expect(map(() => undefined, { mapping: { EventSourceArn: 'arn:aws:kinesis:x' } })).rejects.toThrow(
    'EventSourceArn is neither an SQS queue nor a DynamoDB stream',
  )
})

test('a mapping that is not enabled polls nothing', async () => {
  const { send, map, count } = await startMailQueue()
  const { events } = await map(() => undefined, { mapping: { Enabled: false } })
  await send('left alone')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect({ events, count: await count() }).toEqual({ events: [], count: [1, 0] })
})
