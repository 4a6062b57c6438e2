import { Duration } from 'aws-cdk-lib'
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import {
  CfnEventSourceMapping,
  type CfnFunction,
  CfnPermission,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Source } from '../functions/http/row.ts'
import { type Trigger, workOf } from '../functions/rows.ts'
import { HASHING, USUAL } from '../functions/zones.ts'
import { ABOVE_ZERO } from './alarms.ts'
import type { Sources } from './things.ts'
import { allow, type Deployment, idOf, ZoneFunction } from './zone-function.ts'

const RECEIVE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
const READ_STREAM = [
  'dynamodb:ListStreams',
  'dynamodb:DescribeStream',
  'dynamodb:GetShardIterator',
  'dynamodb:GetRecords',
]

/** A function that an event invokes, the source of the event, and the alarm for failures: all from one row. */
export function addConsumer(scope: Construct, deployment: Deployment, row: Trigger, sources: Sources): LambdaFunction {
  const id = idOf(row.entry)
  const { function: handler } = new ZoneFunction(scope, id, deployment, {
    name: row.entry,
    ...workOf([row]),
    zone: { ...(row.hashes ? HASHING : USUAL), seconds: row.seconds },
    mayAlso: grantsToRead(row.source, sources),
  })
  if (row.callsItself) (handler.node.defaultChild as CfnFunction).recursiveLoop = 'Allow'
  connect(scope, id, handler, row.source, sources)
  if (row.alarm) {
    new Alarm(scope, `${id}Failed`, {
      alarmDescription: row.alarm,
      metric: handler.metricErrors({ period: Duration.hours(1) }),
      ...ABOVE_ZERO,
    })
  }
  return handler
}

function grantsToRead(source: Source, { queues, streams, deadLetters }: Sources) {
  if (source.kind === 'queue') return [allow(RECEIVE, queues[source.queue].queueArn)]
  if (source.kind !== 'stream') return []
  return [allow(READ_STREAM, streams[source.table]), allow(['sqs:SendMessage'], deadLetters.queueArn)]
}

function connect(scope: Construct, id: string, handler: LambdaFunction, source: Source, sources: Sources): void {
  const reports = { functionName: handler.functionName, functionResponseTypes: ['ReportBatchItemFailures'] }
  if (source.kind === 'queue') {
    const { concurrency: maximumConcurrency } = source
    new CfnEventSourceMapping(scope, `${id}Source`, {
      ...reports,
      eventSourceArn: sources.queues[source.queue].queueArn,
      batchSize: source.batch,
      ...(maximumConcurrency === undefined ? {} : { scalingConfig: { maximumConcurrency } }),
    })
  }
  if (source.kind === 'stream') {
    new CfnEventSourceMapping(scope, `${id}Source`, {
      ...reports,
      eventSourceArn: sources.streams[source.table],
      startingPosition: 'TRIM_HORIZON',
      filterCriteria: { filters: [{ pattern: JSON.stringify(source.filter) }] },
      batchSize: source.batch,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 20,
      maximumRecordAgeInSeconds: Duration.days(1).toSeconds(),
      destinationConfig: { onFailure: { destination: sources.deadLetters.queueArn } },
    })
  }
  if (source.kind === 'schedule') runEvery(scope, id, handler, source.rate)
}

function runEvery(scope: Construct, id: string, { functionArn }: LambdaFunction, scheduleExpression: string): void {
  const rule = new CfnRule(scope, `${id}Source`, {
    scheduleExpression,
    targets: [{ id: 'function', arn: functionArn }],
  })
  new CfnPermission(scope, `${id}MayBeInvoked`, {
    action: 'lambda:InvokeFunction',
    functionName: functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.attrArn,
  })
}
