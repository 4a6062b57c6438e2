import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ACCOUNT, type JsonObject } from '../model.ts'
import type { Route, Stage } from './http-api.ts'
import type { JwtContext } from './jwt-authorizer.ts'
import { joined, queryParameters, type Target } from './request-target.ts'

export type EventParts = {
  request: IncomingMessage
  requestId: string
  apiId: string
  stage: Stage
  route: Route
  pathParameters: Record<string, string>
  target: Target
  body: Buffer
  jwt: JwtContext | undefined
}

/** The event of payload format 2.0, in the shapes measured on AWS: what is empty is absent, not null. */
export function requestEvent(parts: EventParts): JsonObject {
  const { request, route, stage, target, body } = parts
  const entries = headerEntries(request)
  const cookies = entries.flatMap(([name, value]) => (name === 'cookie' ? cookiesOf(value) : []))
  const headers = { ...joined(entries.filter(([name]) => !KEPT_BACK.has(name))), ...addedHeaders(request, body) }
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...present('queryStringParameters', queryParameters(target.rawQueryString)),
    requestContext: requestContext(parts, headers),
    ...present('pathParameters', parts.pathParameters),
    ...present('stageVariables', stage.variables),
    ...bodyFields(body, request.headers['content-type']),
  }
}

/** Headers between two hops, and the cookies, which have a field of their own. */
const KEPT_BACK = new Set([
  'connection',
  'cookie',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function headerEntries({ rawHeaders }: IncomingMessage): [string, string][] {
  const entries: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    entries.push([rawHeaders[index]?.toLowerCase() ?? '', rawHeaders[index + 1] ?? ''])
  }
  return entries
}

function cookiesOf(header: string): string[] {
  return header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter(Boolean)
}

function addedHeaders(request: IncomingMessage, body: Buffer): Record<string, string> {
  const { headers, socket } = request
  const trace = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  const given = headers['x-amzn-trace-id']
  const hops = [headers['x-forwarded-for'], sourceIp(request)].flat().filter((hop) => hop !== undefined)
  return {
    host: headers.host ?? '',
    'content-length': String(body.length),
    'x-amzn-trace-id': given ? `Self=${trace};${given}` : `Root=${trace}`,
    'x-forwarded-for': hops.join(', '),
    'x-forwarded-port': String(socket.localPort),
    'x-forwarded-proto': 'http',
  }
}

function sourceIp({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

function requestContext(parts: EventParts, headers: Record<string, string>): JsonObject {
  const { request, requestId, apiId, stage, route, target, jwt } = parts
  const domainName = (headers.host ?? '').replace(/:\d+$/, '')
  const now = new Date()
  return {
    accountId: ACCOUNT,
    apiId,
    ...(jwt && { authorizer: { jwt } }),
    domainName,
    domainPrefix: domainName.split('.')[0] ?? '',
    http: {
      method: request.method ?? '',
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: route.routeKey,
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

function bodyFields(body: Buffer, contentType: string | undefined): JsonObject {
  if (body.length === 0) return { isBase64Encoded: false }
  if (isText(contentType)) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

const TEXT_TYPES = ['application/json', 'application/xml', 'application/javascript']

/** Measured on AWS: anything else arrives as base64, also forms and bodies without a type. */
function isText(contentType = ''): boolean {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.replaceAll('"', '')
  if (charset && charset !== 'charset=utf-8') return false
  return type.startsWith('text/') || TEXT_TYPES.includes(type)
}

function present(name: string, values: Record<string, string>): JsonObject {
  return Object.keys(values).length > 0 ? { [name]: values } : {}
}
