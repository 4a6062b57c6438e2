import { once } from 'node:events'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'

export type Received = {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
  bytes: Buffer
}

export type Sent = {
  method: string
  path: string
  headers?: OutgoingHttpHeaders | string[]
  body?: string | Buffer
}

/** One request on a connection of its own, with exactly these headers. */
export async function sendRequest(port: number, { headers = {}, body = '', ...line }: Sent): Promise<Received> {
  const sent = request({ host: '127.0.0.1', port, ...line, headers, agent: false })
  sent.end(body)
  const [response] = await once(sent, 'response')
  const bytes = Buffer.concat(await response.toArray())
  const { statusCode: status, headers: received, rawHeaders } = response
  return { status, headers: received, rawHeaders, bytes, body: bytes.toString() }
}
