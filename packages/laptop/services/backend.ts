import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { AwsAnswer } from '../door/call.ts'

export type BackendRequest = { headers: Record<string, string>; body: Buffer | string; signal?: AbortSignal }

/** A server behind the door that has one path. Connections to it are kept alive. */
export type Backend = {
  send(request: BackendRequest): Promise<AwsAnswer>
  close(): void
}

export function connectBackend(url: string, keptHeaders: string[]): Backend {
  const { protocol, hostname, port } = new URL(url)
  const isTls = protocol === 'https:'
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const startRequest = isTls ? httpsRequest : httpRequest
  return {
    send: ({ headers, body, ...rest }) =>
      new Promise((resolve, reject) => {
        const sized = { ...headers, 'content-length': Buffer.byteLength(body) }
        const options = { hostname, port, method: 'POST', path: '/', agent, headers: sized, ...rest }
        const request = startRequest(options, (response) => {
          readAnswer(response, keptHeaders).then(resolve, reject)
        })
        request.on('error', reject)
        request.end(body)
      }),
    close: () => agent.destroy(),
  }
}

async function readAnswer(response: IncomingMessage, keptHeaders: string[]): Promise<AwsAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const headers: Record<string, string> = {}
  for (const name of keptHeaders) {
    const value = response.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return { status: response.statusCode ?? 500, headers, body: Buffer.concat(chunks) }
}
