import { expect, test } from 'vitest'
import { readRules } from '../../events/rule.ts'
import { scheduledEvent } from '../../events/scheduled-event.ts'
import type { JsonObject } from '../../model.ts'
import { resource } from '../door/test-door.ts'
import { aCreation } from './an-event.ts'

const ARN = 'arn:aws:events:us-east-1:000000000000:rule/State-Uploads'
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:State-Work'
const ruleResource = (properties: JsonObject) =>
  resource('AWS::Events::Rule', 'State-Uploads', properties, { Arn: ARN })
const read = (properties: JsonObject) => readRules([ruleResource(properties)])
const uploads = (detail: JsonObject): JsonObject => ({
  source: ['aws.s3'],
  'detail-type': ['Object Created'],
  detail: { bucket: { name: ['state-files'] }, ...detail },
})

test('a rule has its targets with their limits, and those of EventBridge where it names none', () => {
  const targets: JsonObject[] = [
    { Id: 'Target0', Arn: QUEUE_ARN },
    {
      Id: 'Target1',
      Arn: QUEUE_ARN,
      DeadLetterConfig: { Arn: `${QUEUE_ARN}-dead` },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
    },
  ]
  expect(read({ EventPattern: uploads({}), State: 'ENABLED', Description: 'd', Targets: targets })).toEqual([
    {
      name: 'Test/StateUploads (AWS::Events::Rule)',
      arn: ARN,
      sources: ['aws.s3'],
      periodMilliseconds: undefined,
      targets: [
        { arn: QUEUE_ARN, deadLetterArn: undefined, retries: 185, ageSeconds: 86_400 },
        { arn: QUEUE_ARN, deadLetterArn: `${QUEUE_ARN}-dead`, retries: 3, ageSeconds: 60 },
      ],
      matches: expect.any(Function),
    },
  ])
})

test.each<[what: string, pattern: JsonObject, matches: boolean]>([
  ['its source and bucket', uploads({}), true],
  ['a prefix of its key', uploads({ object: { key: [{ prefix: 'o/' }] } }), true],
  ['another prefix', uploads({ object: { key: [{ prefix: 'p/' }] } }), false],
  ['another bucket', { detail: { bucket: { name: ['other'] } } }, false],
  ['one of its resources', { resources: ['arn:aws:s3:::state-files'] }, true],
  ['another source', { source: ['aws.guardduty'] }, false],
])('an event matches a pattern by %s: %j %s', (_what, EventPattern, matches) => {
  const [rule] = read({ EventPattern })
  expect(rule?.matches(aCreation())).toBe(matches)
})

test('a scheduled event is for its own rule only', () => {
  const [rule] = read({ ScheduleExpression: 'rate(1 hour)' })
  expect(rule?.matches(scheduledEvent(ARN))).toBe(true)
  expect(rule?.matches(scheduledEvent(`${ARN}-2`))).toBe(false)
  expect(rule?.matches(aCreation())).toBe(false)
})

test('a rule that is switched off is not there', () => {
  expect(read({ ScheduleExpression: 'rate(1 hour)', State: 'DISABLED' })).toEqual([])
  expect(readRules([resource('AWS::SQS::Queue', 'State-Work')])).toEqual([])
})

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(15 minutes)', 900_000],
  ['rate(1 hour)', 3_600_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
  ['rate(24 days)', 2_073_600_000],
])('%s is a period of %i ms', (ScheduleExpression, periodMilliseconds) => {
  expect(read({ ScheduleExpression })).toEqual([expect.objectContaining({ periodMilliseconds })])
})

test.each<[what: string, properties: JsonObject]>([
  ['rate(1 hours)', { ScheduleExpression: 'rate(1 hours)' }],
  ['rate(2 hour)', { ScheduleExpression: 'rate(2 hour)' }],
  ['rate(0 minutes)', { ScheduleExpression: 'rate(0 minutes)' }],
  ['rate(25 days)', { ScheduleExpression: 'rate(25 days)' }],
  ['rate(1 week)', { ScheduleExpression: 'rate(1 week)' }],
  ['cron(0 3 * * ? *)', { ScheduleExpression: 'cron(0 3 * * ? *)' }],
  ['either an EventPattern or a ScheduleExpression', {}],
  ['either an EventPattern or a ScheduleExpression', { EventPattern: uploads({}), ScheduleExpression: 'rate(1 hour)' }],
  ['suffix', { EventPattern: uploads({ object: { key: [{ suffix: '.png' }] } }) }],
  ['$or', { EventPattern: { $or: [{ source: ['a'] }, { source: ['b'] }] } }],
  ['EventBusName', { EventPattern: uploads({}), EventBusName: 'mine' }],
  ['Targets.0.InputPath', { EventPattern: uploads({}), Targets: [{ Id: 't', Arn: QUEUE_ARN, InputPath: '$' }] }],
  [
    'MaximumRetryAttempts',
    { EventPattern: uploads({}), Targets: [{ Id: 't', Arn: QUEUE_ARN, RetryPolicy: { MaximumRetryAttempts: 186 } }] },
  ],
])('what is not understood is named, with its rule: %s', (what, properties) => {
  const named = () => read(properties)
  expect(named).toThrow('Test/StateUploads (AWS::Events::Rule)')
  expect(named).toThrow(what)
})
