import middy from '@middy/core'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { LetheError } from '../errors.ts'
import type { CallerCheck, Checked } from '../sessions/caller.ts'
import type { Answer, Contract, Input } from './contract.ts'
import { type HttpAnswer, logProblem, problem } from './problem.ts'
import { readRequest } from './request.ts'

type GatewayResponse = { statusCode: number; headers: Record<string, string>; body: string }
type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<GatewayResponse>
type AnyAnswer = { status: number; body?: unknown; version?: number; location?: string }
type Work = (event: APIGatewayProxyEventV2, now: number) => Promise<AnyAnswer>

/** The contract comes first and on its own, so that the compiler holds the answers of `run` against it. */
export function endpoint<C extends Contract>(contract: C) {
  return {
    run: (run: (input: Input<C>) => Promise<Answer<C>>): Handler =>
      served((event, now) => run(readRequest(contract, event, now))),
  }
}

export type Protected<C extends Contract> = Input<C> & {
  caller: { userId: string; sid: string }
  /** Session and gate as just read; awaited for you before the work of anything that writes. */
  checked: Promise<Checked>
}

/** The session check runs beside the work of routes that only read, and before the work of those that write. */
export function protectedEndpoint<C extends Contract>(contract: C, check: CallerCheck) {
  return {
    run: (run: (input: Protected<C>) => Promise<Answer<C>>): Handler =>
      served(async (event, now) => {
        const { caller, checked } = await check(event, now)
        if (event.requestContext.http.method !== 'GET') await checked
        // Read only now: what a request says is nobody's business before it is known who asks.
        const work = Promise.try(() => run({ ...readRequest(contract, event, now), caller, checked }))
        const [, answer] = await together(checked, work)
        return answer
      }),
  }
}

/** The one middy chain: what goes wrong anywhere in it becomes a problem document, and one line in the log. */
function served(work: Work): Handler {
  const handler = async (event: APIGatewayProxyEventV2) => {
    const { version, location, ...answer } = await work(event, Math.floor(Date.now() / 1000))
    const headers = {
      ...(version === undefined ? {} : { etag: `"${version}"` }),
      ...(location === undefined ? {} : { location }),
    }
    return toGateway({ ...answer, headers })
  }
  return middy<APIGatewayProxyEventV2, GatewayResponse>({ timeoutEarlyInMillis: 0 })
    .onError((request) => {
      const error =
        request.error instanceof LetheError ? request.error : new LetheError('internal_error', { cause: request.error })
      logProblem(error, request.event)
      request.response = toGateway(problem(error))
    })
    .handler(handler) as unknown as Handler
}

/** Nothing that Lethe answers may be kept by a cache or guessed at by a browser. */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
}

function toGateway({ status, headers, body }: HttpAnswer): GatewayResponse {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...ALWAYS, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  }
}

/** Like Promise.all, but leaves no work behind when one part fails: a frozen function would resume it later. */
export async function together<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, two] = await Promise.allSettled([first, second])
  if (one.status === 'rejected') throw one.reason
  if (two.status === 'rejected') throw two.reason
  return [one.value, two.value]
}
