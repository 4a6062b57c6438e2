import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type HttpAnswer, ownAnswer } from '../answer.ts'
import { type ClientConnection, directConnection } from '../client-connection.ts'
import { type EventInput, type RequestEvent, requestEvent } from '../event.ts'
import { functionAnswer } from '../function-answer.ts'
import { newRequestId } from '../request-id.ts'
import { readBody } from '../request-limits.ts'
import { findStage, parseTarget } from '../request-target.ts'
import { matchRoute, routePattern } from '../route-match.ts'
import { send } from '../send.ts'
import { sendRequest } from './send-request.ts'

export const API_ID = 'a1b2c3d4e5'

export type ApiTest = {
  /** By route key. */
  routes?: string[]
  stages?: EventInput['stage'][]
  handler?: (event: RequestEvent) => unknown
  connection?: (request: IncomingMessage) => ClientConnection
}

/** A plain Node server that calls one handler by way of the whole package. It is closed after the test. */
export async function startApi(options: ApiTest = {}) {
  const { routes: routeKeys = ['GET /health'], stages = [{ name: '$default', variables: {} }] } = options
  const { handler = () => ({ statusCode: 200 }), connection = directConnection } = options
  const routes = routeKeys.map((routeKey) => ({ routeKey, pattern: routePattern(routeKey) }))
  const events: RequestEvent[] = []

  async function respond(request: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    const target = parseTarget(request.url ?? '')
    if (!target) return ownAnswer(400, 'no path')
    const found = findStage(stages, target.path)
    const match = found && matchRoute(routes, request.method ?? '', found.routePath)
    const body = await readBody(request)
    if (!(match && body)) return ownAnswer(match ? 413 : 404, 'no route, or too large')
    const { route, pathParameters } = match
    const event = requestEvent({
      ...{ request, requestId, target, body, pathParameters, connection: connection(request) },
      ...{ accountId: '000000000000', apiId: API_ID, stage: found.stage, routeKey: route.routeKey, jwt: undefined },
    })
    events.push(event)
    return functionAnswer(JSON.stringify(handler(event) ?? null))
  }

  const server = createServer((request, response) => {
    const requestId = newRequestId()
    void respond(request, requestId).then((answer) => send(request, response, { requestId, answer, cors: undefined }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return {
    port,
    events,
    send(line: string, headers: OutgoingHttpHeaders | string[] = {}, body: string | Buffer = '') {
      const [method = '', path = ''] = line.split(/ (.*)/)
      return sendRequest(port, { method, path, headers, body })
    },
  }
}
