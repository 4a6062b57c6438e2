import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'

type Request = {
  method?: string
  path?: string
  headers?: Record<string, string | undefined>
  query?: Record<string, string>
  pathParameters?: Record<string, string>
  body?: string
  isBase64Encoded?: boolean
  sourceIp?: string
}

/** Payload 2.0 as API Gateway makes it: what is empty is absent, names of headers are in lower case. */
export function gatewayEvent(request: Request = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/', headers = {}, query, pathParameters, body } = request
  const { isBase64Encoded = false, sourceIp = '192.0.2.7' } = request
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers,
    ...(query ? { queryStringParameters: query } : {}),
    ...(pathParameters ? { pathParameters } : {}),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: 'ATfSmjLgPHcESJw=',
      routeKey: `${method} ${path}`,
      stage: '$default',
      time: '10/Jul/2026:19:19:05 +0000',
      timeEpoch: 1_783_711_145_000,
    },
  }
}

export const json = (body: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** No handler reads it. */
export const CONTEXT = {} as Context

type Handler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<{ statusCode: number; headers: Record<string, string>; body: string }>

/** One request to a handler; the body of its answer read as JSON. */
export async function ask(handler: Handler, request: Request) {
  const { statusCode: status, headers, body } = await handler(gatewayEvent(request), CONTEXT)
  return { status, headers, body: body === '' ? undefined : JSON.parse(body) }
}
