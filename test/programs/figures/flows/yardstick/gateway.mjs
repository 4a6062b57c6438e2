// The least that a gateway of Lethe's shape can be: routes to isolated functions, an authorizer, events of payload 2.0.
import { randomUUID } from 'node:crypto'
import { isolatedFunction } from './isolated-function.mjs'
import { readAll } from './read-all.mjs'
import { tokenCheck } from './token-check.mjs'

const http = process.getBuiltinModule('node:http')
const { port, processes, environment, tokens, routes } = JSON.parse(process.env.GATEWAY)

const claimsOf = tokens && tokenCheck(tokens)
const functions = new Map()
for (const { key, handlerFile, protectedRoute } of routes) {
  functions.set(key, { protectedRoute, invoke: await isolatedFunction({ handlerFile, processes, environment }) })
}

async function answerTo(request) {
  const [rawPath, rawQueryString = ''] = request.url.split('?')
  const routeKey = `${request.method} ${rawPath}`
  const body = await readAll(request)
  const found = functions.get(routeKey)
  if (!found) return { statusCode: 404, body: '{"message":"Not Found"}' }
  const claims = found.protectedRoute ? claimsOf(request.headers.authorization) : undefined
  if (found.protectedRoute && !claims) return { statusCode: 401, body: '{"message":"Unauthorized"}' }
  return found.invoke({
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    headers: request.headers,
    body: body || undefined,
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'yardstick',
      domainName: 'localhost',
      requestId: randomUUID(),
      stage: '$default',
      timeEpoch: Date.now(),
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      ...(claims && { authorizer: { jwt: { claims, scopes: null } } }),
    },
  })
}

const server = http.createServer({ noDelay: true }, async (request, response) => {
  const { statusCode, headers, body } = await answerTo(request)
  const all = { 'content-type': 'application/json', ...headers, 'content-length': Buffer.byteLength(body) }
  response.writeHead(statusCode, all).end(body)
})
server.listen(port, '127.0.0.1')
