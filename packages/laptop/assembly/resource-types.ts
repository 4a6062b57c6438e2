import { createHash } from 'node:crypto'
import { ACCOUNT, type Json, type JsonObject, REGION } from '../model.ts'
import { StartFailure } from '../start-failure.ts'

/** Addresses of the laptop cloud that are part of what `Ref` and `Fn::GetAtt` give. */
export type CloudAddresses = {
  queueUrl(queueName: string): string
  apiUrl: string
  /** Absent until the tables exist: the store chooses the name of a stream. */
  streamArn?: (tableName: string) => string
}

type Instance = { name: string; properties: JsonObject; addresses: CloudAddresses }

/** `read`: the code that reads this property checks all of it. `inert`: the property means nothing on a laptop. */
type Shape = 'read' | 'inert' | { [property: string]: Shape }

type ResourceType = {
  ref(instance: Instance): string
  attributes(instance: Instance): Record<string, string>
  properties: Shape
}

const TYPES: Record<string, ResourceType> = {
  'AWS::DynamoDB::GlobalTable': {
    ref: ({ name }) => name,
    attributes: ({ name, properties, addresses }) => ({
      Arn: arn('dynamodb', `table/${name}`),
      ...(properties.StreamSpecification && addresses.streamArn ? { StreamArn: addresses.streamArn(name) } : {}),
    }),
    properties: {
      AttributeDefinitions: 'read',
      KeySchema: 'read',
      BillingMode: 'inert',
      StreamSpecification: { StreamViewType: 'read' },
      TimeToLiveSpecification: { AttributeName: 'read', Enabled: 'read' },
      Replicas: {
        Region: 'inert',
        DeletionProtectionEnabled: 'inert',
        PointInTimeRecoverySpecification: 'inert',
      },
    },
  },
  'AWS::S3::Bucket': {
    ref: ({ name }) => name,
    attributes: ({ name }) => ({ Arn: `arn:aws:s3:::${name}` }),
    properties: {
      PublicAccessBlockConfiguration: 'inert',
      VersioningConfiguration: 'read',
      LifecycleConfiguration: 'read',
      CorsConfiguration: 'read',
      NotificationConfiguration: 'read',
    },
  },
  'AWS::S3::BucketPolicy': nameless({ Bucket: 'read', PolicyDocument: 'read' }),
  'AWS::SecretsManager::Secret': {
    ref: ({ name }) => secretArn(name),
    attributes: ({ name }) => ({ Id: secretArn(name) }),
    properties: { Description: 'inert' },
  },
  'AWS::SQS::Queue': {
    ref: ({ name, addresses }) => addresses.queueUrl(name),
    attributes: ({ name, addresses }) => ({
      Arn: arn('sqs', name),
      QueueName: name,
      QueueUrl: addresses.queueUrl(name),
    }),
    properties: {
      DelaySeconds: 'read',
      MaximumMessageSize: 'read',
      MessageRetentionPeriod: 'read',
      ReceiveMessageWaitTimeSeconds: 'read',
      VisibilityTimeout: 'read',
      RedrivePolicy: { deadLetterTargetArn: 'read', maxReceiveCount: 'read' },
    },
  },
  'AWS::SQS::QueuePolicy': nameless({ Queues: 'read', PolicyDocument: 'read' }),
  'AWS::Logs::LogGroup': {
    ref: ({ name }) => name,
    attributes: ({ name }) => ({ Arn: `${arn('logs', `log-group:${name}`)}:*` }),
    properties: { RetentionInDays: 'inert' },
  },
  'AWS::IAM::Role': {
    ref: ({ name }) => name,
    attributes: ({ name }) => ({ Arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
    properties: { AssumeRolePolicyDocument: 'read', Policies: { PolicyName: 'read', PolicyDocument: 'read' } },
  },
  'AWS::Lambda::Function': {
    ref: ({ name }) => name,
    attributes: ({ name }) => ({ Arn: arn('lambda', `function:${name}`) }),
    properties: 'read',
  },
  'AWS::Lambda::EventSourceMapping': nameless('read'),
  'AWS::Lambda::Permission': nameless('read'),
  'AWS::Events::Rule': {
    ref: ({ name }) => name,
    attributes: ({ name }) => ({ Arn: arn('events', `rule/${name}`) }),
    properties: 'read',
  },
  'AWS::ApiGatewayV2::Api': {
    ref: ({ name }) => shortId(name),
    attributes: ({ name, addresses }) => ({ ApiId: shortId(name), ApiEndpoint: addresses.apiUrl }),
    properties: 'read',
  },
  'AWS::ApiGatewayV2::Stage': {
    ref: ({ properties }) => String(properties.StageName),
    attributes: () => ({}),
    properties: 'read',
  },
  'AWS::ApiGatewayV2::Authorizer': nameless('read'),
  'AWS::ApiGatewayV2::Integration': nameless('read'),
  'AWS::ApiGatewayV2::Route': nameless('read'),
  'AWS::CloudWatch::Alarm': nameless('inert'),
  'AWS::CDK::Metadata': nameless('inert'),
}

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'
}

export function findResourceType(type: string): ResourceType | undefined {
  // Only the function of a custom resource knows what its properties mean.
  return isCustomResource(type) ? nameless('read') : TYPES[type]
}

/** Throws for a property, at any depth, that is neither read nor known to be inert. */
export function assertUnderstood(value: Json, shape: Shape, where: string): void {
  if (typeof shape === 'string') return
  for (const member of Array.isArray(value) ? value : [value]) {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) {
      throw new StartFailure(`${where}: the laptop cloud does not understand ${JSON.stringify(member)} here`)
    }
    for (const [name, property] of Object.entries(member)) {
      const here = `${where}.${name}`
      const expected = shape[name]
      if (expected === undefined) throw new StartFailure(`${here}: the laptop cloud does not understand this property`)
      assertUnderstood(property, expected, here)
    }
  }
}

/** A resource that has only an id: nothing refers to it by name. */
function nameless(properties: Shape): ResourceType {
  return { ref: ({ name }) => shortId(name), attributes: () => ({}), properties }
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`
}

/** AWS appends six random characters. Here they are made from the name, so that the ARN stays the same. */
function secretArn(name: string): string {
  return arn('secretsmanager', `secret:${name}-${shortId(name).slice(0, 6)}`)
}

/** Ten characters, like the ids that API Gateway gives. */
function shortId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 10)
}
