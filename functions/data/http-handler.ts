import type { IncomingMessage } from 'node:http'
import { buildQueryString, HttpResponse } from '@smithy/core/protocols'
import type { HttpRequest } from '@smithy/types'

/** Milliseconds to wait for a connection, and from the request to the beginning of the answer. */
export type Waits = { connectionTimeout: number; requestTimeout: number }

type Answered = { response: HttpResponse & { body?: IncomingMessage } }

/** The SDK counts these failures of a connection as timeouts, too. */
const TIMEOUTS = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT']

/** Only `https` costs milliseconds to load, and on a laptop nothing needs it. */
const transportOf = (protocol: string) =>
  protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')

/**
 * Does for requests with a whole body what the SDK's own handler does, by less code: keeps connections, and fails in the
 * same way, so that the SDK decides on a retry as ever.
 */
export function httpHandler({ connectionTimeout, requestTimeout }: Waits, protocol: string) {
  const { Agent, request: start } = transportOf(protocol)
  const agent = new Agent({ keepAlive: true, maxSockets: 50 })

  function handle(request: HttpRequest): Promise<Answered> {
    const { method, hostname: host, port, headers, body } = request
    const { promise, resolve, reject } = Promise.withResolvers<Answered>()
    const sent = start({ agent, method, host, port, headers, path: pathOf(request) })
    const late = setTimeout(() => sent.destroy(timeout(`no answer within ${requestTimeout} ms`)), requestTimeout)
    let unconnected: NodeJS.Timeout | undefined
    sent.once('socket', (socket) => {
      if (!socket.connecting) return
      const failure = timeout(`no connection within ${connectionTimeout} ms`)
      unconnected = setTimeout(() => sent.destroy(failure), connectionTimeout)
      socket.once('connect', () => clearTimeout(unconnected))
    })
    sent.once('response', (answer) => {
      clearTimeout(late)
      const { statusCode = -1, statusMessage: reason, headers } = answer
      const response = new HttpResponse({
        statusCode,
        reason,
        headers: headers as Record<string, string>,
        body: answer,
      })
      resolve({ response })
    })
    sent.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late)
      clearTimeout(unconnected)
      reject(TIMEOUTS.includes(error.code ?? '') ? Object.assign(error, { name: 'TimeoutError' }) : error)
    })
    sent.end(body)
    return promise
  }

  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle,
    destroy: () => agent.destroy(),
    // The SDK asks for these two. Nothing is left to configure.
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
}

export type Handler = ReturnType<typeof httpHandler>

function pathOf({ path, query }: HttpRequest): string {
  const search = query ? buildQueryString(query) : ''
  return search ? `${path}?${search}` : path
}

function timeout(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' })
}
