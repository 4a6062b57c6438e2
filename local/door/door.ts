import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource } from '../model.ts'
import { identify } from './action.ts'
import type { Authority } from './authority.ts'
import { AwsError, errorAnswer } from './aws-error.ts'
import type { Answer, AwsRequest, Call, Service, ServiceName } from './call.ts'
import { type Catalog, readCatalog } from './catalog.ts'
import { type FindKey, keyRegister } from './credentials.ts'
import { denialError } from './denial.ts'
import { readRequest, unchunked } from './read-request.ts'
import { likelyService } from './signature-claim.ts'
import { CHUNKED, type Signer, verifySignature } from './sigv4.ts'

type ServeOptions = {
  resources: Resource[]
  seed: string
  services: Record<ServiceName, Service>
  authority: Authority
  /** One line for every call that the door itself refused. */
  report?: (line: string) => void
}

export type Door = {
  url: string
  port: number
  serve(options: ServeOptions): void
  close(): Promise<void>
}

type Rules = ServeOptions & { findKey: FindKey; catalog: Catalog; report: (line: string) => void }

/**
 * The one endpoint for all AWS calls of the functions. It listens before it serves, because its address stands in
 * queue URLs, and these in the resources that it is given later.
 */
export async function openDoor({ host, port }: { host: string; port: number }): Promise<Door> {
  let rules: Rules | undefined
  const server = createServer((message, response) => {
    void handle(rules, message, response)
  })
  server.keepAliveTimeout = 75_000
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`,
    port: address.port,
    serve(options) {
      rules = {
        report: () => {},
        ...options,
        findKey: keyRegister(options.seed, options.authority.principalNames),
        catalog: readCatalog(options.resources),
      }
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function handle(rules: Rules | undefined, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const hungUp = new AbortController()
  response.on('close', () => hungUp.abort())
  const answer = await answerTo(rules, message, hungUp.signal)
  if (hungUp.signal.aborted) return
  response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body), ...answer.headers })
  response.end(message.method === 'HEAD' ? undefined : answer.body)
}

async function answerTo(rules: Rules | undefined, message: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  let service: ServiceName = 's3'
  const fail = (error: unknown) => failure(error, service, message, signal, rules?.report)
  let call: Call
  try {
    const request = await readRequest(message)
    service = likelyService(request)
    if (rules === undefined) throw new AwsError('ServiceUnavailable', 503, 'The laptop cloud is still starting')
    const signer = await verifySignature(request, rules.findKey, Date.now())
    service = signer.service
    call = admit(rules, signer, request, signal)
  } catch (error) {
    if (error instanceof AwsError) rules?.report(`${service} ${error.code}: ${error.message}`)
    return fail(error)
  }
  return rules.services[service](call).catch(fail)
}

/** Everything after the signature: plain body, identified operation, granted needs. */
function admit(rules: Rules, { principalName, service }: Signer, signed: AwsRequest, signal: AbortSignal): Call {
  const request = signed.headers['x-amz-content-sha256'] === CHUNKED ? unchunked(signed) : signed
  const { operation, needs, input } = identify(request, service, rules.catalog)
  const denial = rules.authority.judge(principalName, needs)
  if (denial !== undefined) throw denialError(service, denial)
  const may: Call['may'] = (action, resource) => rules.authority.holds(principalName, action, resource)
  return { ...request, operation, input, may, signal }
}

function failure(
  error: unknown,
  service: ServiceName,
  message: IncomingMessage,
  signal: AbortSignal,
  report: (line: string) => void = () => {},
): Answer {
  const resource = message.url ?? '/'
  if (error instanceof AwsError) return errorAnswer(service, error, resource)
  if (!signal.aborted)
    report(`${service} failed at ${message.method} ${resource}: ${error instanceof Error ? error.stack : error}`)
  return errorAnswer(
    service,
    new AwsError('InternalServerError', 500, 'The laptop cloud failed at this call'),
    resource,
  )
}
