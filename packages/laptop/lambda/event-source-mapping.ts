import * as v from 'valibot'
import type { Resource } from '../model.ts'
import { nameOf, parseProperties } from '../properties.ts'
import { eventFilter } from './event-filter.ts'

const whole = v.pipe(v.number(), v.integer())

const common = {
  FunctionName: v.string(),
  EventSourceArn: v.string(),
  Enabled: v.optional(v.boolean(), true),
  MaximumBatchingWindowInSeconds: v.optional(v.pipe(whole, v.minValue(0), v.maxValue(300)), 0),
  FunctionResponseTypes: v.optional(v.array(v.literal('ReportBatchItemFailures')), []),
  Tags: v.optional(v.unknown()),
}

const queueProperties = v.strictObject({
  ...common,
  BatchSize: v.optional(v.pipe(whole, v.minValue(1), v.maxValue(10_000)), 10),
  ScalingConfig: v.optional(
    v.strictObject({ MaximumConcurrency: v.optional(v.pipe(whole, v.minValue(2), v.maxValue(1000))) }),
    {},
  ),
})

const streamProperties = v.strictObject({
  ...common,
  StartingPosition: v.literal('TRIM_HORIZON'),
  BatchSize: v.optional(v.pipe(whole, v.minValue(1), v.maxValue(1000)), 100),
  BisectBatchOnFunctionError: v.optional(v.boolean(), false),
  MaximumRetryAttempts: v.optional(v.pipe(whole, v.minValue(-1), v.maxValue(10_000)), -1),
  MaximumRecordAgeInSeconds: v.optional(v.pipe(whole, v.minValue(-1), v.maxValue(604_800)), -1),
  ParallelizationFactor: v.optional(v.literal(1)),
  DestinationConfig: v.optional(
    v.strictObject({
      OnFailure: v.strictObject({
        Destination: v.pipe(v.string(), v.regex(/^arn:aws:sqs:/, 'the laptop cloud knows SQS queues only')),
      }),
    }),
  ),
  FilterCriteria: v.optional(v.strictObject({ Filters: v.array(v.strictObject({ Pattern: v.string() })) })),
})

export type QueueMapping = ReturnType<typeof queueMapping>
export type StreamMapping = ReturnType<typeof streamMapping>

export function isQueueMapping(resource: Resource): boolean {
  return sourceOf(resource).startsWith('arn:aws:sqs:')
}

export function isStreamMapping(resource: Resource): boolean {
  return /^arn:aws:dynamodb:.*\/stream\//.test(sourceOf(resource))
}

export function queueMapping(resource: Resource) {
  const properties = parseProperties(queueProperties, resource)
  return {
    ...commonOf(properties),
    name: nameOf(resource),
    queueArn: properties.EventSourceArn,
    maximumConcurrency: properties.ScalingConfig.MaximumConcurrency,
  }
}

export function streamMapping(resource: Resource) {
  const properties = parseProperties(streamProperties, resource)
  const patterns = properties.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? []
  return {
    ...commonOf(properties),
    name: nameOf(resource),
    streamArn: properties.EventSourceArn,
    bisects: properties.BisectBatchOnFunctionError,
    maximumRetryAttempts: properties.MaximumRetryAttempts,
    maximumAgeSeconds: properties.MaximumRecordAgeInSeconds,
    passes: eventFilter(patterns),
    failureQueueArn: properties.DestinationConfig?.OnFailure.Destination,
  }
}

type CommonProperties = {
  FunctionName: string
  Enabled: boolean
  BatchSize: number
  MaximumBatchingWindowInSeconds: number
  FunctionResponseTypes: string[]
}

function commonOf(properties: CommonProperties) {
  return {
    functionName: properties.FunctionName,
    enabled: properties.Enabled,
    batchSize: properties.BatchSize,
    windowSeconds: properties.MaximumBatchingWindowInSeconds,
    reportsItems: properties.FunctionResponseTypes.length > 0,
  }
}

function sourceOf(resource: Resource): string {
  return String(resource.properties.EventSourceArn ?? '')
}
