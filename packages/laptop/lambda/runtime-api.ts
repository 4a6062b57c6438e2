import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The largest response in Lambda's Runtime API, https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. */
export const MAX_RESPONSE_BYTES = 6_291_556

export type Invocation = {
  requestId: string
  functionArn: string
  deadline: number
  traceId: string
  payload: string
}

export type FunctionReply = { payload: string; failed: boolean }

type Listener = {
  /** The runtime asks for an invocation. When it does so for the first time, the function's module is loaded. */
  ready: () => void
  replied: (reply: FunctionReply) => void
  initFailed: (payload: string) => void
}

/** The Runtime API for one environment. */
type RuntimeConnection = {
  /** The value of AWS_LAMBDA_RUNTIME_API. */
  address: string
  deliver: (invocation: Invocation) => void
  /** Takes back an invocation that the runtime has not fetched yet. False if it has. */
  withdraw: () => boolean
  disconnect: () => void
}

type EnvironmentState = {
  listener: Listener
  poll: ServerResponse | undefined
  queued: Invocation | undefined
  running: Invocation | undefined
}

export type RuntimeApi = {
  connect: (environmentId: string, listener: Listener) => RuntimeConnection
  close: () => Promise<void>
}

/** One server for all environments. Each has a path prefix of its own, as part of its AWS_LAMBDA_RUNTIME_API. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const environments = new Map<string, EnvironmentState>()
  const server = createServer((request, response) => {
    serve(environments, request, response).catch(() => response.destroy())
  })
  // No limit: a connection is idle while its handler runs.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    connect(environmentId, listener) {
      const environment: EnvironmentState = { listener, poll: undefined, queued: undefined, running: undefined }
      environments.set(environmentId, environment)
      return {
        address: `127.0.0.1:${port}/${environmentId}`,
        deliver(invocation) {
          environment.queued = invocation
          handOver(environment)
        },
        withdraw() {
          const waiting = environment.queued !== undefined
          environment.queued = undefined
          return waiting
        },
        disconnect() {
          environments.delete(environmentId)
          environment.poll?.destroy()
        },
      }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const CALL =
  /^\/([\w-]+)\/2018-06-01\/runtime\/(?:(invocation\/next)|(init\/error)|invocation\/([^/]+)\/(response|error))$/

async function serve(
  environments: Map<string, EnvironmentState>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerOf(environments, request, response)
  if (answer) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
}

type RuntimeAnswer = { status: number; body: { status: string } | { errorType: string; errorMessage: string } }

const ACCEPTED: RuntimeAnswer = { status: 202, body: { status: 'OK' } }

function refusal(status: number, errorType: string, errorMessage: string): RuntimeAnswer {
  return { status, body: { errorType, errorMessage } }
}

/** Undefined for a poll: it is answered when there is an invocation. */
async function answerOf(
  environments: Map<string, EnvironmentState>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<RuntimeAnswer | undefined> {
  const [, environmentId = '', next, initError, requestId, kind] = CALL.exec(request.url ?? '') ?? []
  const environment = environments.get(environmentId)
  if (!environment || request.method !== (next ? 'GET' : 'POST')) {
    return refusal(404, 'NotFound', `no such call or environment: ${request.method} ${request.url}`)
  }
  if (next) return poll(environment, response)
  const body = await readBody(request)
  if (!initError) return reply(environment, { requestId, failed: kind === 'error', body, headers: request.headers })
  environment.listener.initFailed(body ?? tooLarge())
  return ACCEPTED
}

function poll(environment: EnvironmentState, response: ServerResponse): RuntimeAnswer | undefined {
  if (environment.running) return refusal(403, 'InvalidStateTransition', 'the current invocation is not answered')
  environment.poll = response
  response.once('close', () => {
    if (environment.poll === response) environment.poll = undefined
  })
  environment.listener.ready()
  handOver(environment)
  return undefined
}

function handOver(environment: EnvironmentState): void {
  const { poll: response, queued: invocation } = environment
  if (!(response && invocation)) return
  environment.poll = undefined
  environment.queued = undefined
  environment.running = invocation
  const body = Buffer.from(invocation.payload)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-invocation-id': invocation.requestId,
    'lambda-runtime-deadline-ms': invocation.deadline,
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
  })
  response.end(body)
}

type ReplyCall = {
  requestId: string | undefined
  failed: boolean
  /** Undefined when it was over the limit. */
  body: string | undefined
  headers: IncomingHttpHeaders
}

function reply(environment: EnvironmentState, { requestId, failed, body, headers }: ReplyCall): RuntimeAnswer {
  const echoed = headers['lambda-runtime-invocation-id']
  if (echoed !== undefined && echoed !== environment.running?.requestId) {
    return refusal(410, 'InvocationGone', 'this invocation is over')
  }
  if (!environment.running) return refusal(403, 'InvalidStateTransition', 'no invocation is running')
  if (environment.running.requestId !== requestId) return refusal(400, 'InvalidRequestID', 'Invalid request ID')
  environment.running = undefined
  if (body !== undefined) {
    environment.listener.replied({ payload: body, failed })
    return ACCEPTED
  }
  environment.listener.replied({ payload: tooLarge(), failed: true })
  return refusal(413, 'RequestEntityTooLarge', 'Exceeded maximum allowed payload size')
}

function tooLarge(): string {
  return JSON.stringify({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  })
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk)
  }
  return size <= MAX_RESPONSE_BYTES ? Buffer.concat(chunks).toString() : undefined
}
