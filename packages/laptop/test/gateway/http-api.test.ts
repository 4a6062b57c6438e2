import { expect, test } from 'vitest'
import { httpApi } from '../../gateway/http-api.ts'
import type { JsonObject } from '../../model.ts'
import { type ApiParts, apiResources } from './an-api.ts'

const read = (parts: ApiParts) => () => httpApi(apiResources(parts))
const route = (properties: JsonObject) => ({ routes: { 'GET /health': properties } })
const JWT = { JwtConfiguration: { Issuer: 'http://127.0.0.1', Audience: ['sample'] } }

test('what the templates contain is understood', () => {
  const api = read({
    api: { CorsConfiguration: { AllowOrigins: ['https://app.example.org'], MaxAge: 3600 } },
    stages: [
      {
        DefaultRouteSettings: { ThrottlingBurstLimit: 200, ThrottlingRateLimit: 100 },
        AccessLogSettings: { DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:x', Format: '{}' },
      },
    ],
    authorizer: JWT,
    routes: { 'GET /me': { AuthorizationType: 'JWT', AuthorizerId: 'auth1' }, 'POST /users': {} },
  })()
  expect(api.routes.map(({ routeKey, authorization }) => [routeKey, authorization?.authorizer.audience])).toEqual([
    ['GET /me', ['sample']],
    ['POST /users', undefined],
  ])
})

test.each<[string, ApiParts, string]>([
  ['a WebSocket API', { api: { ProtocolType: 'WEBSOCKET' } }, 'Api) ProtocolType'],
  ['a disabled endpoint', { api: { DisableExecuteApiEndpoint: true } }, 'Api) DisableExecuteApiEndpoint'],
  ['an OpenAPI body', { api: { Body: {} } }, 'Api) Body'],
  ['an unknown CORS member', { api: { CorsConfiguration: { AllowAll: true } } }, 'Api) CorsConfiguration.AllowAll'],
  ['a stage without AutoDeploy', { stages: [{ AutoDeploy: false }] }, 'Stage) AutoDeploy'],
  ['a client certificate', { stages: [{ ClientCertificateId: 'x' }] }, 'Stage) ClientCertificateId'],
  ['settings of a route that is absent', { stages: [{ RouteSettings: { 'GET /b': {} } }] }, 'GET /b'],
  ['unknown route settings', { stages: [{ DefaultRouteSettings: { LoggingLevel: 'INFO' } }] }, 'LoggingLevel'],
  ['IAM authorization', route({ AuthorizationType: 'AWS_IAM' }), 'Route) AuthorizationType'],
  ['JWT without an authorizer', route({ AuthorizationType: 'JWT' }), 'AuthorizerId'],
  ['an authorizer that does not exist', route({ AuthorizationType: 'JWT', AuthorizerId: 'auth9' }), 'auth9'],
  ['an authorizer without JWT', { authorizer: JWT, ...route({ AuthorizerId: 'auth1' }) }, 'AuthorizerId'],
  ['scopes without JWT', route({ AuthorizationScopes: ['a'] }), 'AuthorizationScopes'],
  ['an API key', route({ ApiKeyRequired: true }), 'Route) ApiKeyRequired'],
  ['an integration that does not exist', route({ Target: 'integrations/none' }), 'none'],
  ['a route of another API', route({ ApiId: 'other' }), 'ApiId: other'],
  ['a route key that is no route', { routes: { 'FETCH /a': {} } }, 'FETCH /a'],
  ['parameter mappings', { integration: { RequestParameters: { 'append:header.a': 'b' } } }, 'RequestParameters'],
  ['TLS settings', { integration: { TlsConfig: {} } }, 'Integration) TlsConfig'],
  ['an HTTP proxy', { integration: { IntegrationType: 'HTTP_PROXY' } }, 'IntegrationType'],
  ['payload format 1.0', { integration: { PayloadFormatVersion: '1.0' } }, 'PayloadFormatVersion'],
  ['a timeout over 30 s', { integration: { TimeoutInMillis: 30_001 } }, 'TimeoutInMillis'],
  ['a function that does not exist', { integration: { IntegrationUri: 'arn:aws:lambda:x' } }, 'arn:aws:lambda:x'],
  ['a Lambda authorizer', { authorizer: { ...JWT, AuthorizerType: 'REQUEST' } }, 'Authorizer) AuthorizerType'],
  ['another identity source', { authorizer: { ...JWT, IdentitySource: ['$request.header.X'] } }, 'IdentitySource'],
  ['no audience', { authorizer: { JwtConfiguration: { Issuer: 'x', Audience: [] } } }, 'JwtConfiguration.Audience'],
])('%s is an error that names it', (_, parts, named) => {
  const message = (() => {
    try {
      return read(parts)() && 'no error'
    } catch (error) {
      return String(error).replace(/\((AWS::ApiGatewayV2::)?(\w+)\):/, '$2)')
    }
  })()
  expect(message).toContain(named)
})

test('an integration needs the role that invokes its function', () => {
  const resources = apiResources({}).map((resource) => {
    const { CredentialsArn: _, ...properties } = resource.properties
    return { ...resource, properties }
  })
  expect(() => httpApi(resources)).toThrow('CredentialsArn')
})

test('one API is served, and every route key once', () => {
  const resources = apiResources({})
  expect(() => httpApi([])).toThrow('0 resources of AWS::ApiGatewayV2::Api')
  expect(() => httpApi([...resources, ...resources.slice(0, 1)])).toThrow('2 resources of AWS::ApiGatewayV2::Api')
  const twin = resources.filter(({ type }) => type.endsWith('Route')).map((found) => ({ ...found, ref: 'twin' }))
  expect(() => httpApi([...resources, ...twin])).toThrow('Route with key GET /health already exists')
})
