import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HANDLER = join(import.meta.dirname, 'trivial-handler.mjs')
const ASSET = 'asset.trivial'
const KEY = 'trivial.zip'
const BUCKET = 'assets'

/** What `cdk synth` would write for an HTTP API with two routes, each with a function of its own. */
export async function writeAssembly(folder: string): Promise<void> {
  await mkdir(join(folder, ASSET), { recursive: true })
  await cp(HANDLER, join(folder, ASSET, 'index.mjs'))
  const source = { path: ASSET, packaging: 'zip' }
  const files = { trivial: { source, destinations: { here: { bucketName: BUCKET, objectKey: KEY } } } }
  const artifacts = {
    Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
    'Trivial.assets': { type: 'cdk:asset-manifest', properties: { file: 'Trivial.assets.json' } },
    Trivial: {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: 'Trivial.template.json' },
      dependencies: ['Trivial.assets'],
    },
  }
  const write = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content))
  await write('manifest.json', { version: '55.0.0', artifacts })
  await write('Trivial.assets.json', { files, dockerImages: {} })
  await write('Trivial.template.json', { Resources: resources() })
}

function resources() {
  return {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Writer: role('lambda', { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }),
    Invoker: role('apigateway', { Action: 'lambda:InvokeFunction', Resource: ['Hello', 'Other'].map(arnOf) }),
    ...route('Hello', 'GET /hello'),
    ...route('Other', 'GET /other'),
  }
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })

function role(service: string, allowed: object) {
  const Version = '2012-10-17'
  const trusted = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` } }
  const PolicyDocument = { Version, Statement: [{ Effect: 'Allow', ...allowed }] }
  const AssumeRolePolicyDocument = { Version, Statement: [trusted] }
  const Policies = [{ PolicyName: 'own', PolicyDocument }]
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument, Policies } }
}

function route(name: string, RouteKey: string) {
  const Target = { 'Fn::Join': ['', ['integrations/', { Ref: `${name}Integration` }]] }
  return {
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: BUCKET, S3Key: KEY },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arnOf('Writer'),
      },
    },
    [`${name}Integration`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: arnOf(name),
        PayloadFormatVersion: '2.0',
        CredentialsArn: arnOf('Invoker'),
      },
    },
    [`${name}Route`]: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey, Target } },
  }
}
