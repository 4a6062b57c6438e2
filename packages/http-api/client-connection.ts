import type { IncomingMessage } from 'node:http'

/** Who sent the request, and where it arrived. Behind a proxy only the proxy knows this. */
export type ClientConnection = { sourceIp: string; port: string; protocol: 'http' | 'https' }

/** For a client that is connected directly, without TLS. */
export function directConnection({ socket }: IncomingMessage): ClientConnection {
  const sourceIp = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return { sourceIp, port: String(socket.localPort), protocol: 'http' }
}
