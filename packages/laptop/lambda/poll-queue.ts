import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { failedItems } from './batch-response.ts'
import type { InvokeResult } from './model.ts'
import { pause } from './pause.ts'

/** As many as Lambda starts with, https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. */
const POLLERS = 5
const LONG_POLL_SECONDS = 20
const RECEIVE_MAXIMUM = 10
const RETRY_MILLISECONDS = 1000

export type PollQueueOptions = {
  queueUrl: string
  queueArn: string
  batchSize: number
  windowSeconds: number
  reportsItems: boolean
  maximumConcurrency: number | undefined
  functionTimeoutSeconds: number
  client: SQSClient
  invoke: (payload: string) => Promise<InvokeResult>
  log: (text: string) => void
}

export type Poller = { close: () => Promise<void> }

/** Invokes a function with messages of a queue until closed. Rejects if AWS would refuse the mapping. */
export async function pollQueue(options: PollQueueOptions): Promise<Poller> {
  await assertLongEnoughInvisible(options)
  const stop = new AbortController()
  const pollers = Math.min(options.maximumConcurrency ?? POLLERS, POLLERS)
  const running = Array.from({ length: pollers }, () => poll(options, stop.signal))
  return {
    async close() {
      stop.abort()
      await Promise.all(running)
    },
  }
}

async function assertLongEnoughInvisible(options: PollQueueOptions): Promise<void> {
  const { client, queueUrl, functionTimeoutSeconds } = options
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['VisibilityTimeout'] })
  const seconds = Number((await client.send(command)).Attributes?.VisibilityTimeout)
  if (seconds >= functionTimeoutSeconds) return
  throw new Error(
    `Queue visibility timeout: ${seconds} seconds is less than Function timeout: ${functionTimeoutSeconds} seconds`,
  )
}

async function poll(options: PollQueueOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const batch = await gather(options, signal)
      if (batch.length > 0) await handle(options, batch)
    } catch (error) {
      if (signal.aborted) return
      options.log(`${options.queueArn}: ${String(error)}`)
      await pause(RETRY_MILLISECONDS, signal)
    }
  }
}

async function gather(options: PollQueueOptions, signal: AbortSignal): Promise<Message[]> {
  const { batchSize, windowSeconds } = options
  const batch = await receive(options, { maximum: batchSize, seconds: LONG_POLL_SECONDS }, signal)
  const end = Date.now() + windowSeconds * 1000
  while (batch.length > 0 && batch.length < batchSize && Date.now() < end && !signal.aborted) {
    const seconds = Math.min(Math.ceil((end - Date.now()) / 1000), LONG_POLL_SECONDS)
    // Messages received so far must be handled, even if this poll is aborted.
    const more = await receive(options, { maximum: batchSize - batch.length, seconds }, signal).catch(() => undefined)
    if (!more) break
    batch.push(...more)
  }
  return batch
}

async function receive(
  { client, queueUrl }: PollQueueOptions,
  { maximum, seconds }: { maximum: number; seconds: number },
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(maximum, RECEIVE_MAXIMUM),
    WaitTimeSeconds: seconds,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  })
  return (await client.send(command, { abortSignal: signal })).Messages ?? []
}

/** Failed messages stay in the queue: they become visible again after their visibility timeout. */
async function handle(options: PollQueueOptions, batch: Message[]): Promise<void> {
  const { client, queueUrl, queueArn, reportsItems } = options
  const records = batch.map((message) => eventRecord(message, queueArn))
  const result = await options.invoke(JSON.stringify({ Records: records }))
  const failed = failedItems(
    result,
    reportsItems,
    batch.map(({ MessageId = '' }) => MessageId),
  )
  const done = batch.filter(({ MessageId = '' }) => !isFailed(failed, MessageId))
  if (done.length < batch.length) {
    options.log(`${queueArn}: ${batch.length - done.length} of ${batch.length} messages failed and will come again`)
  }
  await Promise.all(
    done.map(({ ReceiptHandle }) => client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))),
  )
}

function isFailed(failed: ReturnType<typeof failedItems>, messageId: string): boolean {
  return typeof failed === 'string' ? failed === 'all' : failed.has(messageId)
}

function eventRecord(message: Message, queueArn: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  }
}
