import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type Header, type HttpAnswer, ownAnswer } from './answer.ts'
import { type CorsRules, corsHeaders } from './cors.ts'

export type SentAnswer = { answer: HttpAnswer; requestId: string; cors: CorsRules | undefined }

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, requestId, cors }: SentAnswer,
): void {
  const bodiless = answer.status === 204 || answer.status === 304
  const headers: Header[] = [
    ...answer.headers,
    ...(cors ? corsHeaders(cors, request.headers.origin) : []),
    ['apigw-requestid', requestId],
  ]
  if (!bodiless) headers.push(['content-length', String(Buffer.byteLength(answer.body))])
  response.writeHead(answer.status, headers.flat())
  response.end(bodiless ? undefined : answer.body)
}

/** For a server's `clientError`: bytes that are not HTTP, or headers that do not fit into Node's buffer. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const { status, headers, body } = ownAnswer(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400, error.message)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
