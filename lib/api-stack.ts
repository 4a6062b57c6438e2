import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { CfnApi, CfnApiMapping, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnEventSourceMapping, type CfnFunction, CfnPermission } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { ACCESS_LOG } from './access-log.ts'
import { RouteFunction } from './route-function.ts'
import { type Route, routes, type Work, workOf } from './routes.ts'
import type { Settings } from './settings.ts'
import type { StateStack } from './state-stack.ts'
import { FILE_EVENTS_TIMEOUT, FILE_WORK_TIMEOUT, SEND_MAIL_TIMEOUT, SWEEP_TIMEOUT, triggers } from './triggers.ts'

export type ApiStackProps = StackProps & { settings: Settings; state: StateStack }

/** Routes and consumers only: destroying and deploying this stack again loses nothing and logs nobody out. */
export class ApiStack extends Stack {
  private readonly state: StateStack

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props)
    const { settings, state } = props
    this.state = state
    const api = new CfnApi(this, 'Api', {
      name: this.stackName,
      protocolType: 'HTTP',
      disableExecuteApiEndpoint: settings.domain !== undefined,
      ...(settings.corsOrigins.length > 0 ? { corsConfiguration: cors(settings.corsOrigins) } : {}),
    })
    const stage = this.stage(api, settings)
    const authorizer = new CfnAuthorizer(this, 'Authorizer', {
      apiId: api.ref,
      name: 'access-token',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: state.issuer, audience: [settings.audience] },
    })
    this.routes(api, authorizer)
    this.consumers()
    this.byHand()
    this.alarms(api)
    const mapping = state.domainName
      ? new CfnApiMapping(this, 'Mapping', { apiId: api.ref, domainName: state.domainName.ref, stage: stage.ref })
      : undefined
    const url = mapping ? `https://${settings.domain?.name}` : api.attrApiEndpoint
    new CfnOutput(this, 'ApiUrl', { value: url })
  }

  private stage(api: CfnApi, settings: Settings) {
    const { accessLogs } = this.state
    return new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingBurstLimit: settings.burst,
        throttlingRateLimit: settings.requestsPerSecond,
      },
      accessLogSettings: {
        destinationArn: this.formatArn({
          service: 'logs',
          resource: `log-group:${accessLogs.logGroupName}`,
        }),
        format: JSON.stringify(ACCESS_LOG),
      },
    })
  }

  /** Four resources a route: role, function, integration, route. One role of the API may invoke them all. */
  private routes(api: CfnApi, authorizer: CfnAuthorizer): void {
    const mayInvoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'] })
    const invoker = new Role(this, 'Invoker', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [mayInvoke] }) },
    })
    for (const route of routes as readonly Route[]) {
      const id = idOf(route.entry)
      const { function: handler } = new RouteFunction(this, id, { ...this.state.surroundings, work: workOf(route) })
      mayInvoke.addResources(handler.functionArn)
      const integration = new CfnIntegration(this, `${id}Integration`, {
        apiId: api.ref,
        integrationType: 'AWS_PROXY',
        integrationUri: handler.functionArn,
        payloadFormatVersion: '2.0',
        credentialsArn: invoker.roleArn,
      })
      const cfnRoute = new CfnRoute(this, `${id}Route`, {
        apiId: api.ref,
        routeKey: `${route.method} ${route.path}`,
        target: `integrations/${integration.ref}`,
        ...(route.auth === 'jwt'
          ? { authorizationType: 'JWT', authorizerId: authorizer.ref }
          : { authorizationType: 'NONE' }),
      })
      if (route.auth === 'public') {
        Validations.of(cfnRoute).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason:
            'On the public list of lib/routes.ts: it comes before a session exists, or tells nothing about anyone.',
        })
      }
    }
  }

  private consumers() {
    const { surroundings, sessions, deadLetters, mailQueue, fileStore } = this.state
    this.queueConsumer('SendMail', { work: triggers.sendMail, timeout: SEND_MAIL_TIMEOUT }, mailQueue, 'MailToSend')
    const note = { work: triggers.noteFileEvents, timeout: FILE_EVENTS_TIMEOUT }
    this.queueConsumer('NoteFileEvents', note, fileStore.events, 'FileEventsToNote')
    // One at a time, for one may take minutes; few at once, for what is freed of a user goes back into one item.
    const workFiles = { work: triggers.workFiles, timeout: FILE_WORK_TIMEOUT, batchSize: 1, maximumConcurrency: 2 }
    const worker = this.queueConsumer('WorkFiles', workFiles, fileStore.work, 'FileWorkToDo')
    // It cuts the emptying of a large folder into messages to itself, more of them than Lambda takes for a mistake.
    ;(worker.node.defaultChild as CfnFunction).recursiveLoop = 'Allow'

    const stream = sessions.tableStreamArn
    if (!stream) throw new Error('the Sessions table has no stream')
    const watchSessions = new RouteFunction(this, 'WatchSessions', {
      ...surroundings,
      work: triggers.watchSessions,
      mayAlso: [allow(READ_STREAM, stream), allow(['sqs:SendMessage'], deadLetters.queueArn)],
    })
    new CfnEventSourceMapping(this, 'SessionsToWatch', {
      functionName: watchSessions.function.functionName,
      eventSourceArn: stream,
      startingPosition: 'TRIM_HORIZON',
      // Of all the writes to sessions, few are the end of one by reuse; the others need wake nobody.
      filterCriteria: { filters: [{ pattern: JSON.stringify({ dynamodb: { NewImage: { why: { S: ['reuse'] } } } }) }] },
      batchSize: 100,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 20,
      maximumRecordAgeInSeconds: Duration.days(1).toSeconds(),
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
    })
  }

  private queueConsumer(id: string, consumer: QueueConsumer, queue: Queue, mappingId: string) {
    const { maximumConcurrency, batchSize = 5 } = consumer
    const { function: handler } = new RouteFunction(this, id, {
      ...this.state.surroundings,
      ...consumer,
      mayAlso: [allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn)],
    })
    new CfnEventSourceMapping(this, mappingId, {
      functionName: handler.functionName,
      eventSourceArn: queue.queueArn,
      batchSize,
      functionResponseTypes: ['ReportBatchItemFailures'],
      ...(maximumConcurrency === undefined ? {} : { scalingConfig: { maximumConcurrency } }),
    })
    return handler
  }

  /** Functions that a clock or an operator calls. */
  private byHand() {
    const { surroundings } = this.state
    new RouteFunction(this, 'SetQuota', { ...surroundings, work: triggers.setQuota })
    const { function: sweep } = new RouteFunction(this, 'SweepFiles', {
      ...surroundings,
      work: triggers.sweepFiles,
      timeout: SWEEP_TIMEOUT,
    })
    const hourly = new CfnRule(this, 'Hourly', {
      scheduleExpression: 'rate(1 hour)',
      targets: [{ id: 'sweep', arn: sweep.functionArn }],
    })
    new CfnPermission(this, 'HourlyMaySweep', {
      action: 'lambda:InvokeFunction',
      functionName: sweep.functionArn,
      principal: 'events.amazonaws.com',
      sourceArn: hourly.attrArn,
    })
    new Alarm(this, 'SweepFailed', {
      alarmDescription: 'The sweep of files found more amiss than it may repair: look into its log.',
      metric: sweep.metricErrors({ period: Duration.hours(1) }),
      ...ABOVE_ZERO,
    })
  }

  private alarms(api: CfnApi) {
    new Alarm(this, 'GivenUp', {
      alarmDescription: 'A mail or an event was given up: look into the dead-letter queue.',
      metric: this.state.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
      ...ABOVE_ZERO,
    })
    new Alarm(this, 'ServerErrors', {
      alarmDescription: 'Requests were answered with 5xx: look into the function logs by request id.',
      metric: new Metric({
        namespace: 'AWS/ApiGateway',
        metricName: '5xx',
        dimensionsMap: { ApiId: api.ref },
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      ...ABOVE_ZERO,
    })
  }
}

const ABOVE_ZERO = {
  threshold: 0,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
}

type QueueConsumer = { work: Work; timeout: Duration; batchSize?: number; maximumConcurrency?: number }

const READ_STREAM = [
  'dynamodb:ListStreams',
  'dynamodb:DescribeStream',
  'dynamodb:GetShardIterator',
  'dynamodb:GetRecords',
]

function allow(actions: string[], resource: string) {
  return new PolicyStatement({ actions, resources: [resource] })
}

function cors(allowOrigins: string[]) {
  return {
    allowOrigins,
    allowMethods: [...new Set(routes.map((route) => route.method))],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposeHeaders: ['etag', 'retry-after'],
    maxAge: Duration.hours(1).toSeconds(),
  }
}

/** `accounts/sign-up` becomes `AccountsSignUp`. */
function idOf(entry: string): string {
  return entry
    .split(/[/-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
