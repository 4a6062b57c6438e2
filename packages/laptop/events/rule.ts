import * as v from 'valibot'
import { eventFilter } from '../lambda/event-filter.ts'
import type { Json, Resource } from '../model.ts'
import { nameOf, parseProperties } from '../properties.ts'
import type { BusEvent } from './event.ts'
import { scheduledFor } from './scheduled-event.ts'

const whole = v.pipe(v.number(), v.integer())

const targetProperties = v.strictObject({
  Id: v.string(),
  Arn: v.string(),
  DeadLetterConfig: v.optional(v.strictObject({ Arn: v.string() })),
  RetryPolicy: v.optional(
    v.strictObject({
      MaximumRetryAttempts: v.optional(v.pipe(whole, v.minValue(0), v.maxValue(185)), 185),
      MaximumEventAgeInSeconds: v.optional(v.pipe(whole, v.minValue(60), v.maxValue(86_400)), 86_400),
    }),
    {},
  ),
})

const ruleProperties = v.strictObject({
  EventPattern: v.optional(v.record(v.string(), v.unknown())),
  ScheduleExpression: v.optional(v.string()),
  State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
  Targets: v.optional(v.array(targetProperties), []),
  Description: v.optional(v.string()),
})

export type RuleTarget = {
  arn: string
  deadLetterArn: string | undefined
  retries: number
  ageSeconds: number
}

export type EventRule = {
  name: string
  arn: string
  /** The event sources in its pattern. */
  sources: string[]
  /** Undefined for a rule without a schedule. */
  periodMilliseconds: number | undefined
  targets: RuleTarget[]
  matches(event: BusEvent): boolean
}

/** The enabled rules. Throws an Error that names a rule that it does not understand. */
export function readRules(resources: Resource[]): EventRule[] {
  return resources.filter(({ type }) => type === 'AWS::Events::Rule').flatMap(readRule)
}

function readRule(resource: Resource): EventRule[] {
  const properties = parseProperties(ruleProperties, resource)
  const name = nameOf(resource)
  const { EventPattern: pattern, ScheduleExpression: expression } = properties
  const { Arn: arn } = resource.attributes
  if (arn === undefined) throw new Error(`${name} has no attribute Arn`)
  if ((pattern === undefined) === (expression === undefined)) {
    throw new Error(`${name}: the laptop cloud wants either an EventPattern or a ScheduleExpression`)
  }
  if (properties.State === 'DISABLED') return []
  const targets = properties.Targets.map(({ Arn, DeadLetterConfig, RetryPolicy }) => ({
    arn: Arn,
    deadLetterArn: DeadLetterConfig?.Arn,
    retries: RetryPolicy.MaximumRetryAttempts,
    ageSeconds: RetryPolicy.MaximumEventAgeInSeconds,
  }))
  return [
    {
      name,
      arn,
      sources: [pattern?.source ?? []].flat().map(String),
      periodMilliseconds: expression === undefined ? undefined : readRate(expression, name),
      targets,
      matches: pattern === undefined ? scheduledFor(arn) : readPattern(pattern as Json, name),
    },
  ]
}

function readPattern(pattern: Json, name: string): (event: BusEvent) => boolean {
  try {
    return eventFilter([JSON.stringify(pattern)])
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

const UNIT_MILLISECONDS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The longest time of a timer: about 24 days. */
const LONGEST_PERIOD_MILLISECONDS = 2 ** 31 - 1

/** `rate(1 hour)`, `rate(15 minutes)`: as EventBridge wants it, with the plural for more than one. */
function readRate(expression: string, name: string): number {
  const [, number = '', unit = '', plural] = /^rate\((\d{1,5}) (minute|hour|day)(s?)\)$/.exec(expression) ?? []
  const period = Number(number) * (UNIT_MILLISECONDS[unit] ?? 0)
  const isWellFormed = period > 0 && (plural === 's') === (number !== '1')
  if (isWellFormed && period <= LONGEST_PERIOD_MILLISECONDS) return period
  throw new Error(`${name}: ScheduleExpression ${expression} is not understood`)
}
