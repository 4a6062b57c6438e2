import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'

export type Answer = { text: string; headers: IncomingHttpHeaders }
type Sent = { json?: object; headers?: OutgoingHttpHeaders }

/** Resolves to what a server answers; a status other than 2xx is an error. */
export type Ask = (method: string, path: string, sent?: Sent) => Promise<Answer>
export type HttpClient = { ask: Ask; close: () => void }

/** A client that keeps this many connections open. It is node:http, for fetch would take much of the CPU. */
export function keepAliveClient(port: number, connections: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections })
  const ask: Ask = (method, path, { json, headers } = {}) =>
    new Promise((resolve, reject) => {
      const body = json && JSON.stringify(json)
      const ofBody = body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const all = { host: `localhost:${port}`, ...ofBody, ...headers }
      const sent = request({ host: '127.0.0.1', port, method, path, agent, headers: all }, (response) => {
        const { statusCode = 0, headers } = response
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk)).on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (statusCode < 300) resolve({ text, headers })
          else reject(new Error(`${method} ${path}: ${statusCode} ${text}`))
        })
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server may close a connection that was idle for long at the moment in which it is used again.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(ask(method, path, { json, headers }))
        else reject(error)
      })
      sent.end(body)
    })
  return { ask, close: () => agent.destroy() }
}
