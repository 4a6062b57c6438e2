import { buffer } from 'node:stream/consumers'
import { readAuthority } from '../../door/authority.ts'
import type { AwsAnswer, Call, Service, ServiceName } from '../../door/call.ts'
import { deriveCredentials } from '../../door/credentials.ts'
import { type Door, openDoor } from '../../door/door.ts'
import { type Observed, openObserved } from '../../door/observed.ts'
import { ACCOUNT, type Json, type JsonObject, REGION, type Resource } from '../../model.ts'

const SEED = 'a seed for tests'
export const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table`

export type TestDoor = {
  door: Door
  observed: Observed
  reported: string[]
  /** Calls that reached a service without a real one in this test. Their content is in `body`. */
  arrived: Call[]
  /** What an AWS client needs to call as this principal. */
  as(principal: string): ClientConfig
}
type ClientConfig = {
  endpoint: string
  region: string
  credentials: ReturnType<typeof deriveCredentials>
  maxAttempts: number
}

export async function startTestDoor(
  resources: Resource[],
  services: Partial<Record<ServiceName, Service>> = {},
): Promise<TestDoor> {
  const observed = openObserved('/nowhere')
  const reported: string[] = []
  const arrived: Call[] = []
  const stub =
    (body: string) =>
    async (call: Call): Promise<AwsAnswer> => {
      const content = call.upload && (await buffer(call.upload.bytes))
      arrived.push(content === undefined ? call : { ...call, body: content })
      return { status: 200, headers: {}, body }
    }
  const door = await openDoor({ host: '127.0.0.1', port: 0 })
  door.serve({
    resources,
    seed: SEED,
    authority: readAuthority(resources, observed),
    report: (line) => void reported.push(line),
    services: {
      dynamodb: stub('{}'),
      s3: stub(''),
      sqs: stub('{}'),
      ses: stub('{"MessageId":"1"}'),
      secretsmanager: stub('{}'),
      lambda: stub('{}'),
      ...services,
    },
  })
  return {
    door,
    observed,
    reported,
    arrived,
    as: (principal) => ({
      endpoint: door.url,
      region: REGION,
      credentials: deriveCredentials(SEED, principal),
      maxAttempts: 1,
    }),
  }
}

export function resource(type: string, ref: string, properties: JsonObject = {}, attributes = {}): Resource {
  return { stack: 'Test', logicalId: ref.replaceAll(/\W/g, ''), type, properties, ref, attributes }
}

export const allow = (actions: string | string[], resources: string | string[], more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...more,
})

export const deny = (actions: string | string[], resources: string | string[], more: JsonObject = {}): JsonObject => ({
  ...allow(actions, resources, more),
  Effect: 'Deny',
})

export const policy = (...statements: Json[]): JsonObject => ({ Version: '2012-10-17', Statement: statements })

/** A function and its role, as the CDK writes them. */
export function functionWith(name: string, ...statements: JsonObject[]): Resource[] {
  const role = `${name}-role`
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`
  return [
    resource(
      'AWS::IAM::Role',
      role,
      {
        AssumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'lambda.amazonaws.com' },
        }),
        Policies: [{ PolicyName: 'grants', PolicyDocument: policy(...statements) }],
      },
      { Arn: roleArn },
    ),
    resource('AWS::Lambda::Function', name, { Role: roleArn }),
  ]
}

export function tableResource(name: string, properties: JsonObject = {}): Resource {
  return resource('AWS::DynamoDB::GlobalTable', name, {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    Replicas: [{ Region: REGION }],
    ...properties,
  })
}
