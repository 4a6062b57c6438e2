import type { IncomingMessage } from 'node:http'
import type { ClientConnection } from './client-connection.ts'
import { eventHeaders } from './event-headers.ts'
import type { JwtContext } from './jwt-verdict.ts'
import { queryParameters, type RequestTarget } from './request-target.ts'

type Texts = Record<string, string>

export type EventInput = {
  request: IncomingMessage
  connection: ClientConnection
  requestId: string
  accountId: string
  apiId: string
  stage: { name: string; variables: Texts }
  routeKey: string
  pathParameters: Texts
  target: RequestTarget
  body: Buffer
  /** Undefined for a route without an authorizer. */
  jwt: JwtContext | undefined
}

/** The event of payload format 2.0. */
export type RequestEvent = {
  version: '2.0'
  routeKey: string
  rawPath: string
  rawQueryString: string
  cookies?: string[]
  headers: Texts
  queryStringParameters?: Texts
  requestContext: RequestContext
  pathParameters?: Texts
  stageVariables?: Texts
  body?: string
  isBase64Encoded: boolean
}

type RequestContext = {
  accountId: string
  apiId: string
  authorizer?: { jwt: JwtContext }
  domainName: string
  domainPrefix: string
  http: { method: string; path: string; protocol: string; sourceIp: string; userAgent: string }
  requestId: string
  routeKey: string
  stage: string
  time: string
  timeEpoch: number
}

/** Builds the event in the shapes measured on AWS: an empty member is left out, not null. */
export function requestEvent(input: EventInput): RequestEvent {
  const { request, routeKey, stage, target, body, pathParameters } = input
  const query = queryParameters(target.rawQueryString)
  const { headers, cookies } = eventHeaders(request, input.connection, body.length)
  return {
    version: '2.0',
    routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(isFilled(query) && { queryStringParameters: query }),
    requestContext: requestContext(input, headers),
    ...(isFilled(pathParameters) && { pathParameters }),
    ...(isFilled(stage.variables) && { stageVariables: stage.variables }),
    ...bodyFields(body, request.headers['content-type']),
  }
}

function requestContext(input: EventInput, headers: Texts): RequestContext {
  const { request, connection, requestId, accountId, apiId, stage, routeKey, target, jwt } = input
  const domainName = (headers.host ?? '').replace(/:\d+$/, '')
  const now = new Date()
  return {
    accountId,
    apiId,
    ...(jwt && { authorizer: { jwt } }),
    domainName,
    domainPrefix: domainName.split('.')[0] ?? '',
    http: {
      method: request.method ?? '',
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: connection.sourceIp,
      userAgent: headers['user-agent'] ?? '',
    },
    requestId,
    routeKey,
    stage: stage.name,
    time: commonLogTime(now),
    timeEpoch: now.getTime(),
  }
}

/** 10/Jul/2026:19:19:05 +0000 */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ')
  return `${day}/${month}/${year}:${clock} +0000`
}

function bodyFields(body: Buffer, contentType: string | undefined): Pick<RequestEvent, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { isBase64Encoded: false }
  if (isText(contentType)) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

const TEXT_TYPES = ['application/json', 'application/xml', 'application/javascript']

/** Measured on AWS: any other body arrives as base64, also a form and a body without a type. */
function isText(contentType = ''): boolean {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.replaceAll('"', '')
  if (charset && charset !== 'charset=utf-8') return false
  return type.startsWith('text/') || TEXT_TYPES.includes(type)
}

function isFilled(values: Texts): boolean {
  return Object.keys(values).length > 0
}
