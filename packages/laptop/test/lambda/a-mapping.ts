import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type EventSourcesOptions, startEventSources } from '../../lambda/event-sources.ts'
import type { InvokeResult } from '../../lambda/model.ts'
import type { JsonObject, Resource } from '../../model.ts'
import { folderWith, functionResource, NAME } from './a-function.ts'
import { NO_CREDENTIALS } from './a-queue.ts'

function mappingResource(properties: JsonObject): Resource {
  return {
    ...{ stack: 'SampleApi', logicalId: 'Mapping', type: 'AWS::Lambda::EventSourceMapping', ref: 'mapping' },
    attributes: {},
    properties: { FunctionName: NAME, ...properties },
  }
}

/** The members that tests look into, of queue messages and of stream records. */
type EventRecord = {
  body: string
  messageId: string
  attributes: { ApproximateReceiveCount?: string }
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number; Keys: { pk: { S: string } } }
  userIdentity?: unknown
}
export type Event = { Records: EventRecord[] }
type Handler = (event: Event) => unknown

export type MappingTest = {
  mapping: JsonObject
  handler: Handler
  resources?: Resource[]
  timeout?: number
} & Partial<EventSourcesOptions>

/** Starts one mapping whose function is `handler`; closed after the test. */
export async function startMapping({ mapping, handler, resources = [], timeout = 3, ...options }: MappingTest) {
  const events: Event[] = []
  const log: string[] = []
  const sources = await startEventSources({
    resources: [mappingResource(mapping), functionResource({ Timeout: timeout }), ...resources],
    doorUrl: 'http://127.0.0.1:1',
    credentials: () => NO_CREDENTIALS,
    positionsFile: join(await folderWith({}), 'positions.json'),
    log: (text) => log.push(text),
    async invoke(name, payload): Promise<InvokeResult> {
      if (name !== NAME) throw new Error(`no function ${name}`)
      const event: Event = JSON.parse(payload)
      events.push(event)
      const outcome = { cold: false, milliseconds: 1, requestId: '5c2b' }
      try {
        return { ...outcome, payload: JSON.stringify((await handler(event)) ?? null) }
      } catch (error) {
        return { ...outcome, payload: JSON.stringify({ errorMessage: String(error) }), functionError: 'Unhandled' }
      }
    },
    ...options,
  })
  onTestFinished(() => sources.close())
  return { ...sources, events, log }
}

/** A mapping of a stream that reads all of it and may report single records. */
export function mapStream(
  { endpoint, streamArn }: { endpoint: string; streamArn: string },
  handler: Handler,
  more: Partial<MappingTest> = {},
) {
  const mapping = {
    EventSourceArn: streamArn,
    StartingPosition: 'TRIM_HORIZON',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...more.mapping,
  }
  return startMapping({ doorUrl: endpoint, ...more, mapping, handler })
}

/** The sequence numbers of all records that came, in their order. */
export function numbers(events: Event[]): string[] {
  return events.flatMap(({ Records }) => Records.map(({ dynamodb }) => dynamodb.SequenceNumber))
}
