import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ownAnswer } from '@lethe/http-api/answer.ts'
import { newRequestId } from '@lethe/http-api/request-id.ts'
import { NODE_MAX_HEADER_BYTES, readBody } from '@lethe/http-api/request-limits.ts'
import { refuseBrokenRequest, send } from '@lethe/http-api/send.ts'
import type { Resource } from '../model.ts'
import { httpApi } from './http-api.ts'
import type { IntegrationOptions } from './integration.ts'
import { startJwtAuthorizer } from './jwt-authorizer.ts'
import { createPipeline, type RequestOutcome } from './pipeline.ts'

const TWO_HOURS_MILLISECONDS = 2 * 60 * 60 * 1000

export type GatewayOptions = IntegrationOptions & {
  host: string
  /** 0 for any free port. */
  port: number
  resources: Resource[]
  log: (request: RequestLog) => void
  /** How long an authorizer keeps its issuer's keys. */
  jwksCacheMilliseconds?: number
}

export type RequestLog = {
  method: string
  /** Without the query, which may hold a secret. */
  path: string
  /** Undefined when no route matches. */
  routeKey: string | undefined
  status: number
  milliseconds: number
  requestId: string
  /** Undefined when no function answered. */
  cold: boolean | undefined
  functionName: string | undefined
  /** Why the gateway answered instead of a function. */
  reason: string | undefined
}

export type Gateway = {
  url: string
  port: number
  /** Lets running requests finish. */
  close: () => Promise<void>
}

/** Serves the HTTP API among the resources. Rejects if an issuer cannot be discovered: a deployment would fail too. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host, port, resources, log, jwksCacheMilliseconds = TWO_HOURS_MILLISECONDS } = options
  const api = httpApi(resources)
  const authorizers = await Promise.all(
    api.authorizers.map(async (authorizer) => {
      return [authorizer, await startJwtAuthorizer(authorizer, jwksCacheMilliseconds)] as const
    }),
  )
  const respond = createPipeline({ ...options, api, authorizers: new Map(authorizers) })

  async function serve(request: IncomingMessage, requestId: string): Promise<RequestOutcome> {
    try {
      const outcome = await respond(request, requestId)
      // If a connection closes with unread bytes, it is reset, and the client may not see the answer.
      if (!request.complete) await readBody(request)
      return outcome
    } catch (error) {
      return { answer: ownAnswer(500, String(error)) }
    }
  }

  const server = createServer({ maxHeaderSize: NODE_MAX_HEADER_BYTES }, (request, response) => {
    const started = performance.now()
    const requestId = newRequestId()
    void serve(request, requestId).then((outcome) => {
      // While the server closes, no connection may be kept alive: it would wait for that connection.
      response.shouldKeepAlive &&= server.listening
      send(request, response, { requestId, answer: outcome.answer, cors: api.cors })
      log({ ...describe(request, outcome), requestId, milliseconds: performance.now() - started })
    })
  })
  server.on('clientError', refuseBrokenRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  const { port: actualPort } = server.address() as AddressInfo
  return { port: actualPort, url: `http://${host}:${actualPort}`, close: () => closeServer(server) }
}

function describe({ method = '', url = '' }: IncomingMessage, { answer, route, cold, functionName }: RequestOutcome) {
  const [path = ''] = url.split('?')
  return { method, path, routeKey: route?.routeKey, status: answer.status, cold, functionName, reason: answer.reason }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
  })
}
