import { writeAssembly } from '../assembly/write-assembly.ts'

const get = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] })
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })

function role(...statements: object[]) {
  const trust = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }
  const Policies = [{ PolicyName: 'row', PolicyDocument: policy(...statements) }]
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: policy(trust), Policies } }
}

function lambda(code: string) {
  const Properties = {
    Code: { S3Bucket: 'assets', S3Key: `${code}.zip` },
    ...{ Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 10, Role: get('Role'), Description: code },
    LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: 'Logs' } },
  }
  return { Type: 'AWS::Lambda::Function', Properties }
}

const allow = (Action: string[], Resource: object, more = {}) => ({ Effect: 'Allow', Action, Resource, ...more })
const inBucket = { 'Fn::Join': ['', [get('Files'), '/*']] }

const rule = (properties: object) => ({ Type: 'AWS::Events::Rule', Properties: { State: 'ENABLED', ...properties } })
const toWork = { Targets: [{ Id: 'work', Arn: get('Work') }] }
const letsSend = (ruleId: string) =>
  allow(['sqs:SendMessage'], get('Work'), {
    Principal: { Service: 'events.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': get(ruleId) } },
  })

/** Logs every event that comes from the queue. */
const WORKER = `export const handler = async ({ Records }) => {
  for (const { body } of Records) {
    const { source, detail } = JSON.parse(body)
    const key = detail.object?.key ?? detail.s3ObjectDetails.objectKey
    console.log(['worked:', source, key, detail.scanResultDetails?.scanResultStatus ?? detail.reason].join(' '))
  }
}`

/** Logs that it ran, and returns its event. */
const SWEEP = `export const handler = async (event) => { console.log('swept: ' + event['detail-type']); return event }`

/** A bucket whose events and scans reach a queue with a consumer, and a function that runs every hour. */
export function writeEventsApp({ permits }: { permits: boolean }): string {
  const permission = {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: get('Sweep'),
      Principal: 'events.amazonaws.com',
      SourceArn: get('Hourly'),
    },
  }
  const Resources = {
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } },
    },
    Work: { Type: 'AWS::SQS::Queue' },
    WorkPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Work' }], PolicyDocument: policy(letsSend('Uploads'), letsSend('Scans')) },
    },
    Uploads: rule({
      EventPattern: { source: ['aws.s3'], detail: { bucket: { name: [{ Ref: 'Files' }] } } },
      ...toWork,
    }),
    Scans: rule({ EventPattern: { source: ['aws.guardduty'] }, ...toWork }),
    Hourly: rule({ ScheduleExpression: 'rate(1 hour)', Targets: [{ Id: 'sweep', Arn: get('Sweep') }] }),
    ...(permits && { Permission: permission }),
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Role: role(
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], get('Logs')),
      allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], get('Work')),
      allow(['s3:PutObject'], inBucket),
    ),
    Worker: lambda('worker'),
    Sweep: lambda('sweep'),
    Consumer: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Worker' }, EventSourceArn: get('Work') },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  }
  return writeAssembly({ State: { template: { Resources }, code: { worker: WORKER, sweep: SWEEP } } })
}
