import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Credentials } from '../door/credentials.ts'
import { REGION, type Resource } from '../model.ts'
import { nameOf } from '../properties.ts'
import {
  isQueueMapping,
  isStreamMapping,
  type QueueMapping,
  queueMapping,
  type StreamMapping,
  streamMapping,
} from './event-source-mapping.ts'
import { failureRecord } from './failure-record.ts'
import { lambdaFunction } from './lambda-function.ts'
import type { Invoke } from './model.ts'
import { type Poller, pollQueue } from './poll-queue.ts'
import { pollStream } from './poll-stream.ts'
import type { GivenUp } from './stream-batch.ts'
import { openPositions } from './stream-positions.ts'

export type EventSourcesOptions = {
  resources: Resource[]
  invoke: Invoke
  doorUrl: string
  credentials: (functionName: string) => Credentials
  /** Keeps the positions in the streams for the next start. */
  positionsFile: string
  log: (text: string) => void
}

export type EventSources = {
  /** Stops polling at once. Running invocations finish, and their results count. */
  close: () => Promise<void>
}

/** Starts all event source mappings. Rejects with the name of a mapping that AWS would refuse. */
export async function startEventSources(options: EventSourcesOptions): Promise<EventSources> {
  const mappings = options.resources.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
  const stranger = mappings.find((mapping) => !(isQueueMapping(mapping) || isStreamMapping(mapping)))
  if (stranger) throw new Error(`${nameOf(stranger)}: EventSourceArn is neither an SQS queue nor a DynamoDB stream`)
  const queues = mappings.filter(isQueueMapping).map(queueMapping)
  const streams = mappings.filter(isStreamMapping).map(streamMapping)
  const positions = await openPositions(options.positionsFile, streams.map(keyOf))

  const started = await Promise.allSettled([
    ...queues.filter(isEnabled).map((mapping) => naming(mapping, startQueue(options, mapping))),
    ...streams
      .filter(isEnabled)
      .map((mapping) => naming(mapping, startStream(options, mapping, positions.of(keyOf(mapping))))),
  ])
  const close = async () => {
    const pollers = started.flatMap((start) => (start.status === 'fulfilled' ? start.value : []))
    await Promise.all(pollers.map((poller) => poller.close()))
  }
  const failed = started.find((start) => start.status === 'rejected')
  if (!failed) return { close }
  await close()
  throw failed.reason
}

async function startQueue(options: EventSourcesOptions, mapping: QueueMapping): Promise<Poller> {
  const target = targetOf(options, mapping.functionName)
  const client = new SQSClient(target.connection)
  const poller = await pollQueue({
    ...mapping,
    queueUrl: findByArn(options.resources, mapping.queueArn).ref,
    functionTimeoutSeconds: target.lambda.timeoutSeconds,
    client,
    invoke: target.invoke,
    log: options.log,
  })
  return closing(poller, client)
}

async function startStream(
  options: EventSourcesOptions,
  mapping: StreamMapping,
  positions: Parameters<typeof pollStream>[0]['positions'],
): Promise<Poller> {
  const { streamArn, failureQueueArn } = mapping
  const { lambda, connection, invoke } = targetOf(options, mapping.functionName)
  const client = new DynamoDBStreamsClient({ ...connection, cacheMiddleware: true })
  // It prepares every record for a log that nobody keeps.
  client.middlewareStack.remove('loggerMiddleware')
  const queues = new SQSClient(connection)
  const failureQueueUrl = failureQueueArn && findByArn(options.resources, failureQueueArn).ref
  const giveUp = async (shardId: string, what: GivenUp) => {
    options.log(`${streamArn}: ${what.batch.length} records given up: ${what.condition}`)
    if (!failureQueueUrl) return
    const record = failureRecord({ functionArn: lambda.arn, streamArn, shardId }, what)
    const message = { QueueUrl: failureQueueUrl, MessageBody: JSON.stringify(record) }
    // As on AWS, the stream goes on even if the destination cannot be reached.
    await queues.send(new SendMessageCommand(message)).catch((error) => {
      options.log(`${streamArn}: the failure record was not delivered to ${failureQueueArn}: ${error}`)
    })
  }
  const poller = await pollStream({ ...mapping, client, positions, invoke, giveUp, log: options.log })
  return closing(poller, client, queues)
}

function targetOf({ resources, doorUrl, credentials, invoke }: EventSourcesOptions, functionName: string) {
  const resource = resources.find(
    ({ type, ref, attributes }) =>
      type === 'AWS::Lambda::Function' && (ref === functionName || attributes.Arn === functionName),
  )
  if (!resource) throw new Error(`there is no function ${functionName}`)
  const lambda = lambdaFunction(resource)
  return {
    lambda,
    connection: { endpoint: doorUrl, region: REGION, credentials: credentials(lambda.name) },
    invoke: (payload: string) => invoke(lambda.name, payload),
  }
}

function findByArn(resources: Resource[], arn: string): Resource {
  const resource = resources.find(({ attributes }) => attributes.Arn === arn)
  if (!resource) throw new Error(`there is no ${arn}`)
  return resource
}

/** Positions belong to a function and a stream. A template may use a mapping's logical id for others later. */
function keyOf({ functionName, streamArn }: StreamMapping): string {
  return `${functionName} ${streamArn}`
}

function isEnabled({ enabled }: { enabled: boolean }): boolean {
  return enabled
}

async function naming<Value>({ name }: { name: string }, starting: Promise<Value>): Promise<Value> {
  try {
    return await starting
  } catch (cause) {
    throw new Error(`${name}: ${cause}`, { cause })
  }
}

function closing(poller: Poller, ...clients: { destroy: () => void }[]): Poller {
  return {
    async close() {
      await poller.close()
      for (const client of clients) client.destroy()
    },
  }
}
