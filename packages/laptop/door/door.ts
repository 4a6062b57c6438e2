import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource } from '../model.ts'
import { admit, type DoorContext } from './admit.ts'
import { AwsError, errorAnswer } from './aws-error.ts'
import type { AwsAnswer, ServiceName, StreamedAwsAnswer } from './call.ts'
import { readCatalog } from './catalog.ts'
import { readBucketCors } from './cors.ts'
import { keyRegister } from './credentials.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { readHead } from './read-request.ts'
import { likelyService, readClaim } from './signature-claim.ts'

type ServeOptions = Pick<DoorContext, 'services' | 'authority'> & {
  resources: Resource[]
  seed: string
  /** Gets one line for every call that the door refused. */
  report?: (line: string) => void
}

export type Door = {
  url: string
  port: number
  serve(options: ServeOptions): void
  close(): Promise<void>
}

/**
 * The endpoint for all AWS calls. Its address is part of the queue URLs, and these are part of the resources: so it is
 * opened first, and gets the resources with `serve`.
 */
export async function openDoor({ host, port }: { host: string; port: number }): Promise<Door> {
  let context: DoorContext | undefined
  const server = createServer((message, response) => void handle(context, openExchange(message, response, false)))
  server.on('checkContinue', (message, response) => void handle(context, openExchange(message, response, true)))
  server.keepAliveTimeout = 75_000
  // No limit: a large upload may take long.
  server.requestTimeout = 0
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`,
    port: address.port,
    serve({ resources, seed, services, authority, report = () => {} }) {
      const findKey = keyRegister(seed, authority.principalNames)
      const cors = readBucketCors(resources)
      context = { services, authority, report, findKey, catalog: readCatalog(resources), cors }
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function handle(context: DoorContext | undefined, exchange: Exchange): Promise<void> {
  try {
    await exchange.answer(await answerTo(context, exchange))
  } catch (error) {
    context?.report(`an answer broke off: ${textOf(error)}`)
    exchange.message.socket.destroy()
  }
}

async function answerTo(context: DoorContext | undefined, exchange: Exchange): Promise<AwsAnswer | StreamedAwsAnswer> {
  let service: ServiceName = 's3'
  let cors: Record<string, string> = {}
  let answer: AwsAnswer | StreamedAwsAnswer
  try {
    const head = readHead(exchange.message)
    service = likelyService(head)
    if (context === undefined) throw new AwsError('ServiceUnavailable', 503, 'The laptop cloud is still starting')
    cors = context.cors.headersFor(head)
    if (head.method === 'OPTIONS') return context.cors.preflight(head)
    const claim = readClaim(head)
    service = claim.service
    const call = await admit(context, exchange, head, claim)
    answer = await context.services[service](call).catch((error) => failure(error, service, exchange, context?.report))
  } catch (error) {
    if (error instanceof AwsError) context?.report(`${service} ${error.code}: ${error.message}`)
    answer = failure(error, service, exchange, context?.report)
  }
  return { ...answer, headers: { ...answer.headers, ...cors } }
}

function failure(
  error: unknown,
  service: ServiceName,
  { message, signal }: Exchange,
  report: (line: string) => void = () => {},
): AwsAnswer {
  const resource = message.url ?? '/'
  if (error instanceof AwsError) return errorAnswer(service, error, resource)
  if (!signal.aborted) report(`${service} failed at ${message.method} ${resource}: ${textOf(error)}`)
  const hidden = new AwsError('InternalServerError', 500, 'The laptop cloud failed at this call')
  return errorAnswer(service, hidden, resource)
}

const textOf = (error: unknown) => (error instanceof Error ? error.stack : String(error))
