import { expect, test } from 'vitest'
import { readAssembly } from '../assembly/read-assembly.ts'
import { exampleEvent, foreignArchitecture, functionOfRoute, samCommands, samEnvironment } from '../sam-files.ts'
import { type HandMadeStack, writeAssembly } from './assembly/write-assembly.ts'

const fn = (variables: object, role: object = { 'Fn::GetAtt': ['Role', 'Arn'] }) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Role: role, Environment: { Variables: variables } },
})
const get = (attribute: string, id: string) => ({ 'Fn::GetAtt': [id, attribute] })

function assembly(resources: Record<string, object>) {
  const state: HandMadeStack = {
    template: {
      Resources: {
        Mail: { Type: 'AWS::SQS::Queue' },
        Elsewhere: fn({ MAIL: { Ref: 'Mail' } }, { Ref: 'AWS::Region' }),
      },
      Outputs: { Mail: { Value: { Ref: 'Mail' }, Export: { Name: 'State:Mail' } } },
    },
  }
  const Resources = { Api: { Type: 'AWS::ApiGatewayV2::Api' }, Role: { Type: 'AWS::IAM::Role' }, ...resources }
  return readAssembly(writeAssembly({ State: state, Api: { template: { Resources }, dependsOn: ['State'] } }))
}
const addresses = { doorPort: 4002, apiUrl: 'http://127.0.0.1:4000', clientEndpointVariables: ['FILES_ENDPOINT'] }

test('each function of the API gets what sam cannot resolve, as seen from a container, and nothing it did not declare', () => {
  const environment = samEnvironment(
    assembly({
      SignUp: fn({ AWS_ENDPOINT_URL: '', MAIL_QUEUE_URL: { 'Fn::ImportValue': 'State:Mail' }, AUDIENCE: 'sample' }),
      Plain: fn({ AUDIENCE: 'sample' }),
      Files: fn({ FILES_ENDPOINT: '' }),
    }),
    addresses,
  )
  expect(environment).toEqual({
    SignUp: {
      AWS_ENDPOINT_URL: 'http://host.docker.internal:4002',
      MAIL_QUEUE_URL: 'http://host.docker.internal:4002/000000000000/State-Mail',
    },
    Plain: {},
    Files: { FILES_ENDPOINT: 'http://127.0.0.1:4002' },
  })
})

test('the function to invoke is the one behind the route', () => {
  const resources = (routeKey: string) => ({
    Other: fn({}),
    Health: fn({}),
    HealthIntegration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: get('Arn', 'Health') } },
    OtherIntegration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: get('Arn', 'Other') } },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        RouteKey: routeKey,
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'HealthIntegration' }]] },
      },
    },
  })
  expect(functionOfRoute(assembly(resources('GET /health')), 'GET /health')).toBe('Health')
  expect(() => functionOfRoute(assembly(resources('GET /other')), 'GET /health')).toThrow(
    'Api has no route GET /health.',
  )
})

test('the event to invoke with is the one of the route', () => {
  expect(exampleEvent('GET /health')).toMatchObject({
    ...{ version: '2.0', routeKey: 'GET /health', rawPath: '/health' },
    requestContext: { accountId: '000000000000', routeKey: 'GET /health', http: { method: 'GET', path: '/health' } },
  })
})

test('an image that this machine would have to emulate is told', () => {
  const built = (Architectures?: string[]) => {
    const { Type, Properties } = fn({})
    return assembly({ Fn: { Type, Properties: { ...Properties, ...(Architectures ? { Architectures } : {}) } } })
  }
  expect(foreignArchitecture(built(['arm64']), 'x64')).toBe('arm64')
  expect(foreignArchitecture(built(['arm64']), 'arm64')).toBeUndefined()
  expect(foreignArchitecture(built(), 'x64')).toBeUndefined()
  expect(foreignArchitecture(built(), 'arm64')).toBe('x86_64')
})

test('an assembly without an HTTP API says so', () => {
  const folder = writeAssembly({ State: { template: { Resources: {} } } })
  expect(() => samEnvironment(readAssembly(folder), addresses)).toThrow(`${folder} has no stack with an HTTP API.`)
})

test('the commands carry the identity in the shell, the host of containers and free ports', () => {
  const commands = samCommands({
    credentials: { accessKeyId: 'ASIA1', secretAccessKey: 's+/=', sessionToken: 't+/=' },
    templateFile: 'cdk.out/Api.template.json',
    environmentFile: 'sam.env.json',
    eventFile: '.sample/get-health.json',
    functionId: 'Health',
    port: 3003,
  })
  const common = '-t cdk.out/Api.template.json --env-vars sam.env.json --add-host host.docker.internal:host-gateway'
  expect(commands.split('\n')).toEqual([
    "export AWS_ACCESS_KEY_ID='ASIA1'",
    "export AWS_SECRET_ACCESS_KEY='s+/='",
    "export AWS_SESSION_TOKEN='t+/='",
    'export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1',
    `sam local start-api ${common} --port 3003`,
    `sam local invoke Health ${common} --event .sample/get-health.json`,
  ])
})
