import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ObjectStore } from '../services/s3.ts'
import type { Mailbox } from './mailbox.ts'
import { PAGE_POLICY, renderPage } from './page.ts'

export type Outbox = { url: string; port: number; close(): Promise<void> }

type OutboxOptions = {
  host: string
  port: number
  /** The app's name, for the title of the page. */
  name: string
  mailbox: Mailbox
  objects: Pick<ObjectStore, 'read'>
}
type OutboxAnswer = { status: number; headers?: Record<string, string>; body?: string | Buffer }

const NOT_FOUND: OutboxAnswer = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found\n' }

/** Shows the sent mails to people and tests. Also serves the issuer documents, for which AWS would have a CDN. */
export async function startOutbox(options: OutboxOptions): Promise<Outbox> {
  const { host, port } = options
  const server = createServer((request, response) => {
    answerTo(request, options).then(
      ({ status, headers, body }) =>
        response.writeHead(status, { 'x-content-type-options': 'nosniff', ...headers }).end(body),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${error}\n`),
    )
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function answerTo(request: IncomingMessage, { name, mailbox, objects }: OutboxOptions): Promise<OutboxAnswer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://outbox')
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return {
        status: 200,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': PAGE_POLICY,
          'cache-control': 'no-store',
        },
        body: renderPage(name, mailbox.list()),
      }
    case 'GET /mails':
      return {
        status: 200,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
        body: JSON.stringify({ mails: mailbox.list(searchParams.get('to') ?? undefined) }),
      }
    case 'DELETE /mails':
      await mailbox.clear()
      return { status: 204 }
    default:
      return request.method === 'GET' ? document(pathname, objects) : NOT_FOUND
  }
}

/** `/<bucket>/.well-known/<name>`: nothing else of a bucket can be read here. */
async function document(pathname: string, objects: OutboxOptions['objects']): Promise<OutboxAnswer> {
  const [, bucket, key] = /^\/([a-z0-9.-]+)\/(\.well-known\/[\w./-]+)$/.exec(pathname) ?? []
  const object = bucket !== undefined && key !== undefined ? await objects.read(bucket, key) : undefined
  if (object === undefined) return NOT_FOUND
  const { 'content-type': contentType = 'binary/octet-stream', 'cache-control': cacheControl } = object.headers
  const headers = {
    'content-type': contentType,
    etag: object.etag,
    ...(cacheControl ? { 'cache-control': cacheControl } : {}),
  }
  return { status: 200, headers, body: object.body }
}
