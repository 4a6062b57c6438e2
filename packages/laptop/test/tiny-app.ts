import type { Ports } from '../cloud.ts'
import { writeAssembly } from './assembly/write-assembly.ts'

const get = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] })

function role(service: string, statements: object[]) {
  const Principal = { Service: `${service}.amazonaws.com` }
  const AssumeRolePolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal }],
  }
  const PolicyDocument = { Version: '2012-10-17', Statement: statements }
  return {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument, Policies: [{ PolicyName: 'row', PolicyDocument }] },
  }
}

const allow = (Action: string | string[], Resource: object | object[]) => ({ Effect: 'Allow', Action, Resource })
const writesLogs = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], get('Logs'))

function lambda(code: string, roleId: string, Variables: object, Description?: string) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: `${code}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
      Role: get(roleId),
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: 'Logs' } },
      Environment: { Variables },
      ...(Description ? { Description } : {}),
    },
  }
}

function route(name: string, RouteKey: string, functionId: string, authorization: object = {}, roleId = 'Invoker') {
  const integration = {
    ApiId: { Ref: 'Api' },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: get(functionId),
    PayloadFormatVersion: '2.0',
    CredentialsArn: get(roleId),
  }
  const Target = { 'Fn::Join': ['', ['integrations/', { Ref: `${name}Integration` }]] }
  return {
    [`${name}Integration`]: { Type: 'AWS::ApiGatewayV2::Integration', Properties: integration },
    [`${name}Route`]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey, Target, ...authorization },
    },
  }
}

/** Counts its calls in the table, and answers with their number. */
const COUNT = `
import { DynamoDBClient, UpdateItemCommand } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-dynamodb'))}
const db = new DynamoDBClient({})
export const handler = async () => {
  console.log('counting')
  const { Attributes } = await db.send(new UpdateItemCommand({
    TableName: process.env.COUNTS_TABLE,
    Key: { pk: { S: 'calls' } },
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
    ReturnValues: 'ALL_NEW',
  }))
  return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: Attributes.n.N }
}`

const SLOW = `export const handler = () => new Promise((resolve) => setTimeout(resolve, 1500, { statusCode: 204 }))`

/** Writes the issuer documents, which the authorizer needs, and logs the request that it got. */
const ENSURE = `
import { PutObjectCommand, S3Client } from ${JSON.stringify(import.meta.resolve('@aws-sdk/client-s3'))}
import { request } from 'node:http'
const s3 = new S3Client({})
export const handler = async ({ RequestType, ResponseURL, ResourceProperties, ...echo }) => {
  console.log('ensuring: ' + RequestType + ' ' + ResourceProperties.Revision)
  const { Issuer } = ResourceProperties
  const documents = {
    'openid-configuration': { issuer: Issuer, jwks_uri: Issuer + '/.well-known/jwks.json' },
    'jwks.json': { keys: [] },
  }
  for (const [name, document] of Object.entries(documents)) {
    await s3.send(new PutObjectCommand({
      Bucket: process.env.DOCUMENTS_BUCKET, Key: '.well-known/' + name, Body: JSON.stringify(document), ContentType: 'application/json',
    }))
  }
  const Status = ResourceProperties.Revision === 'broken' ? 'FAILED' : 'SUCCESS'
  const body = JSON.stringify({ Status, Reason: 'told to fail', PhysicalResourceId: 'documents', ...echo })
  await new Promise((resolve, reject) => {
    request(ResponseURL, { method: 'PUT' }, (answer) => answer.resume().on('end', resolve)).on('error', reject).end(body)
  })
}`

export type TinyApp = {
  ports: Ports
  /** A property of the custom resource; `broken` makes it fail. */
  revision?: string
  /** Without it the functions' roles do not let them write logs. */
  grantsLogs?: boolean
}

/** Two stacks with one store of each kind, a custom resource and an API with a public and a protected route. */
export function writeTinyApp({ ports, revision = '1', grantsLogs = true }: TinyApp, folder?: string): string {
  const issuer = { 'Fn::Join': ['', [`http://127.0.0.1:${ports.outbox}/`, { Ref: 'Documents' }]] }
  const logs = grantsLogs ? [writesLogs] : []
  const state = {
    Counts: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        Replicas: [{ Region: { Ref: 'AWS::Region' } }],
      },
    },
    Documents: { Type: 'AWS::S3::Bucket' },
    Ring: { Type: 'AWS::SecretsManager::Secret' },
    Mail: { Type: 'AWS::SQS::Queue' },
    Logs: { Type: 'AWS::Logs::LogGroup' },
    EnsureRole: role('lambda', [
      ...logs,
      allow('s3:PutObject', { 'Fn::Join': ['', [get('Documents'), '/.well-known/*']] }),
    ]),
    Ensure: lambda('ensure', 'EnsureRole', { DOCUMENTS_BUCKET: { Ref: 'Documents' } }),
    Ensured: {
      Type: 'Custom::Documents',
      Properties: { ServiceToken: get('Ensure'), ServiceTimeout: '10', Issuer: issuer, Revision: revision },
    },
  }
  const exported = (value: object, Name: string) => ({ Value: value, Export: { Name } })
  const imported = (name: string) => ({ 'Fn::ImportValue': name })
  const counts = { COUNTS_TABLE: imported('counts') }
  const api = {
    Logs: { Type: 'AWS::Logs::LogGroup' },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        Name: 'token',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: {
          Audience: ['tiny'],
          Issuer: { 'Fn::Join': ['', [`http://127.0.0.1:${ports.outbox}/`, imported('documents')]] },
        },
      },
    },
    Invoker: role('apigateway', [allow('lambda:InvokeFunction', [get('Count'), get('Slow'), get('NoGrant')])]),
    CountRole: role('lambda', [...logs, allow('dynamodb:UpdateItem', imported('countsArn'))]),
    Count: lambda('count', 'CountRole', counts, 'routes/count'),
    NoGrantRole: role('lambda', logs),
    NoGrant: lambda('count', 'NoGrantRole', counts, 'routes/no-grant'),
    // This role may invoke the function, but API Gateway may not use the role.
    Stranger: role('events', [allow('lambda:InvokeFunction', get('Uninvited'))]),
    Uninvited: lambda('count', 'CountRole', counts, 'routes/uninvited'),
    ...route('Uninvited', 'POST /uninvited', 'Uninvited'),
    ...route('Untrusted', 'POST /untrusted', 'Uninvited', {}, 'Stranger'),
    Slow: lambda('slow', 'NoGrantRole', {}, 'routes/slow'),
    ...route('Slow', 'GET /slow', 'Slow'),
    ...route('Count', 'POST /counts', 'Count'),
    ...route('Secret', 'GET /secret', 'Count', { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Authorizer' } }),
    ...route('NoGrant', 'POST /no-grant', 'NoGrant'),
  }
  return writeAssembly(
    {
      State: {
        template: {
          Resources: state,
          Outputs: {
            counts: exported({ Ref: 'Counts' }, 'counts'),
            countsArn: exported(get('Counts'), 'countsArn'),
            documents: exported({ Ref: 'Documents' }, 'documents'),
          },
        },
        code: { ensure: ENSURE },
      },
      Api: { template: { Resources: api }, dependsOn: ['State'], code: { count: COUNT, slow: SLOW } },
    },
    folder,
  )
}
