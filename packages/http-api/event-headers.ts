import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ClientConnection } from './client-connection.ts'
import { joined } from './request-target.ts'

/** These headers speak about one connection only (RFC 9110, section 7.6.1): they end here. */
const OF_ONE_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The headers as a function sees them, and the cookies, which have a member of their own in the event. */
export function eventHeaders(
  request: IncomingMessage,
  connection: ClientConnection,
  bodyBytes: number,
): { headers: Record<string, string>; cookies: string[] } {
  const entries = headerEntries(request)
  const kept = entries.filter(([name]) => name !== 'cookie' && !OF_ONE_HOP.has(name))
  return {
    headers: { ...joined(kept), ...addedHeaders(request.headers, connection, bodyBytes) },
    cookies: entries.flatMap(([name, value]) => (name === 'cookie' ? cookiesOf(value) : [])),
  }
}

function headerEntries({ rawHeaders }: IncomingMessage): [string, string][] {
  const entries: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    entries.push([rawHeaders[index]?.toLowerCase() ?? '', rawHeaders[index + 1] ?? ''])
  }
  return entries
}

function cookiesOf(header: string): string[] {
  return header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter(Boolean)
}

function addedHeaders(headers: IncomingHttpHeaders, connection: ClientConnection, bodyBytes: number) {
  const trace = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  const given = headers['x-amzn-trace-id']
  const hops = [headers['x-forwarded-for'], connection.sourceIp].flat().filter((hop) => hop !== undefined)
  return {
    host: headers.host ?? '',
    'content-length': String(bodyBytes),
    'x-amzn-trace-id': given ? `Self=${trace};${given}` : `Root=${trace}`,
    'x-forwarded-for': hops.join(', '),
    'x-forwarded-port': connection.port,
    'x-forwarded-proto': connection.protocol,
  }
}
