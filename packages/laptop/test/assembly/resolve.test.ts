// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { expect, test } from 'vitest'
import { readAssembly } from '../../assembly/read-assembly.ts'
import { resolveAssembly } from '../../assembly/resolve.ts'
import { type HandMadeStack, writeAssembly } from './write-assembly.ts'

const TABLE = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Replicas: [{ Region: { Ref: 'AWS::Region' }, DeletionProtectionEnabled: true }],
  },
  DeletionPolicy: 'Retain',
  Metadata: { 'aws:cdk:path': 'State/Users/Resource' },
}
const QUEUE = { Type: 'AWS::SQS::Queue' }

function resolve(stacks: Record<string, HandMadeStack>) {
  return resolveAssembly(readAssembly(writeAssembly(stacks)), {
    queueUrl: (name) => `http://door/${name}`,
    apiUrl: 'http://api',
    streamArn: (table) => `${table}/stream/1`,
  })
}
const resolveOne = (resources: Record<string, object>) => resolve({ State: { template: { Resources: resources } } })

/** Puts a value into a variable of a function, to see what becomes of it. */
function variables(values: Record<string, unknown>, others: Record<string, object> = {}) {
  const lambda = { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: values } } }
  const resolved = resolveOne({ ...others, Probe: lambda }).find(({ logicalId }) => logicalId === 'Probe')
  const { Variables } = resolved!.properties.Environment as { Variables: object }
  return Variables
}

test('references become physical names, ARNs, URLs and ids as in AWS', () => {
  const others = {
    Users: TABLE,
    Documents: { Type: 'AWS::S3::Bucket' },
    Ring: { Type: 'AWS::SecretsManager::Secret' },
    Mail: QUEUE,
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Role: { Type: 'AWS::IAM::Role' },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: '$default' } },
  }
  const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
  const references = {
    table: { Ref: 'Users' },
    tableArn: arn('Users'),
    streamArn: { 'Fn::GetAtt': ['Users', 'StreamArn'] },
    bucket: { Ref: 'Documents' },
    bucketArn: arn('Documents'),
    secret: { Ref: 'Ring' },
    queue: { Ref: 'Mail' },
    queueArn: arn('Mail'),
    queueName: { 'Fn::GetAtt': ['Mail', 'QueueName'] },
    logGroup: { Ref: 'Logs' },
    logGroupArn: arn('Logs'),
    roleArn: arn('Role'),
    api: { Ref: 'Api' },
    apiUrl: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] },
    stage: { Ref: 'Stage' },
    place: { 'Fn::Sub': '${AWS::Partition} ${AWS::Region} ${AWS::AccountId} ${AWS::URLSuffix} ${AWS::StackName}' },
    stackId: { Ref: 'AWS::StackId' },
  }
  expect(variables(references, others)).toEqual({
    table: 'State-Users',
    tableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/State-Users',
    streamArn: 'State-Users/stream/1',
    bucket: 'state-documents',
    bucketArn: 'arn:aws:s3:::state-documents',
    secret: expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:State-Ring-[a-z0-9]{6}$/),
    queue: 'http://door/State-Mail',
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:State-Mail',
    queueName: 'State-Mail',
    logGroup: 'State-Logs',
    logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:State-Logs:*',
    roleArn: 'arn:aws:iam::000000000000:role/State-Role',
    api: expect.stringMatching(/^[a-z0-9]{10}$/),
    apiUrl: 'http://api',
    stage: '$default',
    place: 'aws us-east-1 000000000000 amazonaws.com State',
    stackId: expect.stringMatching(
      /^arn:aws:cloudformation:us-east-1:000000000000:stack\/State\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    ),
  })
})

test('a stack imports what another exports', () => {
  const exported = { Name: { Value: { Ref: 'Mail' }, Export: { Name: 'State:Mail' } } }
  const policy = { Queues: [{ 'Fn::ImportValue': 'State:Mail' }], PolicyDocument: {} }
  const stacks = {
    Api: {
      template: { Resources: { Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: policy } } },
      dependsOn: ['State'],
    },
    State: { template: { Resources: { Mail: QUEUE }, Outputs: exported } },
  }
  expect(resolve(stacks).at(-1)?.properties.Queues).toEqual(['http://door/State-Mail'])
  stacks.State.template.Outputs = {} as typeof exported
  expect(() => resolve(stacks)).toThrow(
    'Api/Policy (AWS::SQS::QueuePolicy).Queues[0].Fn::ImportValue: no stack exports',
  )
})

test('resources come after what they refer to and what they depend on', () => {
  const ids = resolveOne({
    Last: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [{ Ref: 'Second' }] }, DependsOn: 'First' },
    Second: QUEUE,
    First: { ...QUEUE, DependsOn: ['Zeroth'] },
    Zeroth: QUEUE,
  }).map(({ logicalId }) => logicalId)
  expect(ids).toEqual(['Zeroth', 'First', 'Second', 'Last'])
})

test('until a table exists its stream has no ARN, and nobody may ask for it', () => {
  const reader = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: { 'Fn::GetAtt': ['Users', 'StreamArn'] } },
  }
  const folder = writeAssembly({ State: { template: { Resources: { Reader: reader, Users: TABLE } } } })
  const addresses = { queueUrl: (name: string) => name, apiUrl: '' }
  const isTable = (type: string) => type === TABLE.Type
  expect(resolveAssembly(readAssembly(folder), addresses, isTable).map(({ attributes }) => attributes)).toEqual([
    { Arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/State-Users' },
  ])
  expect(() => resolveAssembly(readAssembly(folder), addresses)).toThrow('does not know attribute StreamArn of Users')
})

test.each<[string, Record<string, object>, string]>([
  [
    'an unknown resource type',
    { Edge: { Type: 'AWS::CloudFront::Distribution' } },
    'State/Edge (AWS::CloudFront::Distribution): the laptop cloud does not understand this resource type',
  ],
  [
    'an unknown property',
    { Mail: { ...QUEUE, Properties: { FifoQueue: true } } },
    'State/Mail (AWS::SQS::Queue).FifoQueue: the laptop cloud does not understand this property',
  ],
  [
    'an unknown property deep inside',
    { Users: { ...TABLE, Properties: { Replicas: [{ KinesisStreamSpecification: {} }] } } },
    'State/Users (AWS::DynamoDB::GlobalTable).Replicas.KinesisStreamSpecification: ',
  ],
  ['a value where members are expected', { Mail: { ...QUEUE, Properties: { RedrivePolicy: 'x' } } }, 'RedrivePolicy: '],
  [
    'an unknown section',
    { Mail: { ...QUEUE, Condition: 'Never' } },
    'State/Mail (AWS::SQS::Queue): the laptop cloud does not understand Condition',
  ],
  [
    'an unknown attribute',
    { P: policyOf({ 'Fn::GetAtt': ['Mail', 'Url'] }), Mail: QUEUE },
    'does not know attribute Url of Mail (AWS::SQS::Queue)',
  ],
  ['an unknown resource', { P: policyOf({ Ref: 'Nobody' }) }, 'Queues[0].Ref: State has no resource Nobody'],
  [
    'an unknown pseudo parameter',
    { P: policyOf({ Ref: 'AWS::NotificationARNs' }) },
    'does not understand AWS::NotificationARNs',
  ],
  ['a circle', { A: { ...QUEUE, DependsOn: 'B' }, B: { ...QUEUE, DependsOn: 'A' } }, 'State/A depends on itself'],
  [
    'what a custom resource answers',
    {
      P: policyOf({ 'Fn::GetAtt': ['Ring', 'Kid'] }),
      Ring: { Type: 'Custom::Ring', Properties: { ServiceToken: '' } },
    },
    'does not pass on what the custom resource Ring answers',
  ],
])('%s is an error that names it', (_what, resources, message) => {
  expect(() => resolveOne(resources)).toThrow(message)
})

test('a rule is known by its name and ARN, and its targets resolve', () => {
  const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
  const resolved = resolveOne({
    Work: QUEUE,
    Uploads: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: arn('Work'), Id: 'work' }] } },
    Permission: { Type: 'AWS::Lambda::Permission', Properties: { SourceArn: arn('Uploads') } },
  })
  const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/State-Uploads'
  expect(resolved.slice(1)).toMatchObject([
    {
      ...{ ref: 'State-Uploads', attributes: { Arn: ruleArn } },
      properties: { Targets: [{ Arn: 'arn:aws:sqs:us-east-1:000000000000:State-Work', Id: 'work' }] },
    },
    { properties: { SourceArn: ruleArn } },
  ])
})

test('what a bucket says about versions, lifecycle, CORS and events reaches its reader whole', () => {
  const Properties = {
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 7 } }] },
    CorsConfiguration: { CorsRules: [{ AllowedMethods: ['PUT'], AllowedOrigins: ['*'] }] },
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  }
  expect(resolveOne({ Files: { Type: 'AWS::S3::Bucket', Properties } })[0]?.properties).toEqual(Properties)
})

test('a custom resource may have any property', () => {
  const ring = { Type: 'Custom::Ring', Properties: { Anything: [{ Ref: 'AWS::Region' }] } }
  expect(resolveOne({ Ring: ring })[0]?.properties).toEqual({ Anything: ['us-east-1'] })
})

function policyOf(queue: object) {
  return { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [queue] } }
}
