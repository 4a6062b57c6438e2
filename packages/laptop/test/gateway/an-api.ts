import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sendRequest } from '@lethe/http-api/test/send-request.ts'
import { onTestFinished } from 'vitest'
import { type GatewayOptions, type RequestLog, startGateway } from '../../gateway/gateway.ts'
import type { InvokeResult } from '../../lambda/model.ts'
import type { JsonObject, Resource } from '../../model.ts'

export const API_ID = 'a1b2c3d4e5'
export const ROLE = 'arn:aws:iam::000000000000:role/SampleApi-Invoker'

const functionName = (routeKey: string) => `SampleApi-${routeKey.replace(/\W+/g, '-')}`
const functionArn = (routeKey: string) => `arn:aws:lambda:us-east-1:000000000000:function:${functionName(routeKey)}`

function resource(
  type: string,
  ref: string,
  properties: JsonObject,
  attributes: Record<string, string> = {},
): Resource {
  return { stack: 'SampleApi', logicalId: ref.replace(/\W+/g, ''), type, ref, attributes, properties }
}

export type ApiParts = {
  api?: JsonObject
  stages?: JsonObject[]
  /** Properties of the routes, by their keys. */
  routes?: Record<string, JsonObject>
  integration?: JsonObject
  authorizer?: JsonObject
}

/** Resources as in the templates: one function and one integration for each route. */
export function apiResources(parts: ApiParts): Resource[] {
  const { api = {}, stages = [{}], routes = { 'GET /health': {} }, integration = {}, authorizer } = parts
  const v2 = (type: string) => `AWS::ApiGatewayV2::${type}`
  const ApiId = API_ID
  return [
    resource(v2('Api'), API_ID, { Name: 'SampleApi', ProtocolType: 'HTTP', DisableExecuteApiEndpoint: false, ...api }),
    ...stages.map((stage) => {
      const properties = { ApiId, StageName: '$default', AutoDeploy: true, ...stage }
      return resource(v2('Stage'), String(properties.StageName), properties)
    }),
    ...(authorizer ? [resource(v2('Authorizer'), 'auth1', { ...AUTHORIZER, ...authorizer })] : []),
    ...Object.entries(routes).flatMap(([key, properties], index) => [
      resource('AWS::Lambda::Function', functionName(key), {}, { Arn: functionArn(key) }),
      resource(v2('Integration'), `int${index}`, {
        ...{ ApiId, IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0', CredentialsArn: ROLE },
        ...{ IntegrationUri: functionArn(key), ...integration },
      }),
      resource(v2('Route'), `route${index}`, {
        ...{ ApiId, RouteKey: key, Target: `integrations/int${index}`, AuthorizationType: 'NONE', ...properties },
      }),
    ]),
  ]
}

const AUTHORIZER = {
  ApiId: API_ID,
  Name: 'access-token',
  AuthorizerType: 'JWT',
  IdentitySource: ['$request.header.Authorization'],
}

/** The members that tests look into. */
type Event = {
  rawPath: string
  headers: Record<string, string>
  pathParameters?: Record<string, string>
  stageVariables?: Record<string, string>
  requestContext: {
    stage: string
    timeEpoch: number
    http: { path: string }
    authorizer?: { jwt: { claims: Record<string, string>; scopes: string[] | null } }
  }
}
type Handler = (event: Event, functionName: string) => unknown

export type ApiTest = ApiParts & Partial<Omit<GatewayOptions, 'resources'>> & { handler?: Handler }

/** Starts a gateway whose functions are all `handler`; closed after the test. */
export async function startApi({ handler = () => ({ statusCode: 200 }), ...options }: ApiTest = {}) {
  const events: Event[] = []
  const log: RequestLog[] = []
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    resources: apiResources(options),
    mayInvoke: () => true,
    log: (entry) => log.push(entry),
    async invoke(name, payload): Promise<InvokeResult> {
      const event = JSON.parse(payload)
      events.push(event)
      const answer = JSON.stringify((await handler(event, name)) ?? null)
      return { payload: answer, cold: events.length === 1, milliseconds: 1, requestId: 'r' }
    },
    ...options,
  })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= gateway.close()
    return closed
  }
  onTestFinished(close)
  const send = (line: string, headers: OutgoingHttpHeaders | string[] = {}, body: string | Buffer = '') => {
    const [method = '', path = ''] = line.split(/ (.*)/)
    return sendRequest(gateway.port, { method, path, headers, body })
  }
  return { ...gateway, close, events, log, send }
}

/** A web server for one test. `documents` may change during the test. */
export async function serveDocuments(documents: Record<string, unknown>) {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? ''
    asked.push(path)
    const document = documents[path]
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(typeof document === 'string' ? document : JSON.stringify(document ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(stop)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}
