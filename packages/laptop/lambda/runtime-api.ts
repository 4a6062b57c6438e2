import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What Lambda's Runtime API takes as a response, https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. */
export const MAX_RESPONSE_BYTES = 6_291_556

export type Invocation = {
  requestId: string
  functionArn: string
  deadline: number
  traceId: string
  payload: string
}

export type Reply = { payload: string; failed: boolean }

type Listener = {
  /** The runtime asks for an invocation; the first time this says that the function's module is loaded. */
  ready: () => void
  replied: (reply: Reply) => void
  initFailed: (payload: string) => void
}

/** One environment's end of the Runtime API. */
type RuntimeConnection = {
  /** The value of AWS_LAMBDA_RUNTIME_API. */
  address: string
  deliver: (invocation: Invocation) => void
  /** Takes back an invocation that the runtime has not fetched; false when it has it. */
  withdraw: () => boolean
  disconnect: () => void
}

type Seat = {
  listener: Listener
  poll: ServerResponse | undefined
  queued: Invocation | undefined
  running: Invocation | undefined
}

export type RuntimeApi = {
  connect: (environmentId: string, listener: Listener) => RuntimeConnection
  close: () => Promise<void>
}

/** One server for all environments; each has its own path prefix, part of its AWS_LAMBDA_RUNTIME_API. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const seats = new Map<string, Seat>()
  const server = createServer((request, response) => {
    serve(seats, request, response).catch(() => response.destroy())
  })
  // A connection rests for as long as a handler runs.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    connect(environmentId, listener) {
      const seat: Seat = { listener, poll: undefined, queued: undefined, running: undefined }
      seats.set(environmentId, seat)
      return {
        address: `127.0.0.1:${port}/${environmentId}`,
        deliver(invocation) {
          seat.queued = invocation
          handOver(seat)
        },
        withdraw() {
          const waiting = seat.queued !== undefined
          seat.queued = undefined
          return waiting
        },
        disconnect() {
          seats.delete(environmentId)
          seat.poll?.destroy()
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

async function serve(seats: Map<string, Seat>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerOf(seats, request, response)
  if (answer) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
}

type Answer = { status: number; body: { status: string } | { errorType: string; errorMessage: string } }

const ACCEPTED: Answer = { status: 202, body: { status: 'OK' } }

function refusal(status: number, errorType: string, errorMessage: string): Answer {
  return { status, body: { errorType, errorMessage } }
}

/** Undefined for a poll, whose response waits for an invocation. */
async function answerOf(
  seats: Map<string, Seat>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const [, environmentId = '', next, initError, requestId, kind] = CALL.exec(request.url ?? '') ?? []
  const seat = seats.get(environmentId)
  if (!seat || request.method !== (next ? 'GET' : 'POST')) {
    return refusal(404, 'NotFound', `no such call or environment: ${request.method} ${request.url}`)
  }
  if (next) return poll(seat, response)
  const body = await readBody(request)
  if (!initError) return reply(seat, { requestId, failed: kind === 'error', body, headers: request.headers })
  seat.listener.initFailed(body ?? tooLarge())
  return ACCEPTED
}

function poll(seat: Seat, response: ServerResponse): Answer | undefined {
  if (seat.running) return refusal(403, 'InvalidStateTransition', 'the current invocation is not answered')
  seat.poll = response
  response.once('close', () => {
    if (seat.poll === response) seat.poll = undefined
  })
  seat.listener.ready()
  handOver(seat)
  return undefined
}

function handOver(seat: Seat): void {
  const { poll: response, queued: invocation } = seat
  if (!(response && invocation)) return
  seat.poll = undefined
  seat.queued = undefined
  seat.running = invocation
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

function reply(seat: Seat, { requestId, failed, body, headers }: ReplyCall): Answer {
  const echoed = headers['lambda-runtime-invocation-id']
  if (echoed !== undefined && echoed !== seat.running?.requestId) {
    return refusal(410, 'InvocationGone', 'this invocation is over')
  }
  if (!seat.running) return refusal(403, 'InvalidStateTransition', 'no invocation is running')
  if (seat.running.requestId !== requestId) return refusal(400, 'InvalidRequestID', 'Invalid request ID')
  seat.running = undefined
  if (body !== undefined) {
    seat.listener.replied({ payload: body, failed })
    return ACCEPTED
  }
  seat.listener.replied({ payload: tooLarge(), failed: true })
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
