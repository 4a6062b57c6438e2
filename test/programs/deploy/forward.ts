import { once } from 'node:events'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { type Served, serve } from './serve.ts'

export type Target = {
  port: number
  /** Set on every request in place of what the client sent under the same name; names in lower case. */
  headers: Record<string, string>
  pathPrefix?: string
  /** More requests wait their turn. */
  atOnce?: number
}

const THIS_HOP_ONLY = ['connection', 'keep-alive', 'proxy-connection']

/** Passes everything on as it came: raw path, duplicate headers, streamed bodies. */
export function forwardTo(target: Target): Promise<Served> {
  const agent = new Agent({ maxSockets: target.atOnce ?? Number.POSITIVE_INFINITY })
  return serve((from, to) => pass(target, agent, from, to))
}

async function pass(target: Target, agent: Agent, from: IncomingMessage, to: ServerResponse): Promise<void> {
  const replaced = Object.keys(target.headers)
  const onward = request({
    agent,
    host: '127.0.0.1',
    port: target.port,
    method: from.method,
    path: `${target.pathPrefix ?? ''}${from.url}`,
    headers: [...without([...THIS_HOP_ONLY, ...replaced], from.rawHeaders), ...Object.entries(target.headers).flat()],
  })
  to.once('close', () => onward.destroy())
  const answered = once(onward, 'response')
  // Whoever answers without having read everything has answered; and without an answer the next line fails.
  pipeline(from, onward).catch(() => {})
  const [answer] = await answered
  to.writeHead(answer.statusCode, answer.statusMessage, without(THIS_HOP_ONLY, answer.rawHeaders))
  await pipeline(answer, to)
}

/** Raw headers are a flat list: name, value, name, value. */
function without(names: string[], rawHeaders: string[]): string[] {
  return rawHeaders.filter((_, index) => !names.includes((rawHeaders[index - (index % 2)] ?? '').toLowerCase()))
}
