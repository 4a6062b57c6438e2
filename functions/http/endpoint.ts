import middy from '@middy/core'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { LetheError } from '../errors.ts'
import { type Prepared, prepared } from '../prepared.ts'
import type { Answer, Contract, Input } from './contract.ts'
import { type HttpAnswer, logProblem, problem } from './problem.ts'
import { readRequest } from './request.ts'

type GatewayResponse = { statusCode: number; headers: Record<string, string>; body: string }
export type Handler = Prepared<[event: APIGatewayProxyEventV2, context: Context], Promise<GatewayResponse>>
type AnyAnswer = { status: number; body?: unknown; version?: number; location?: string }

/** The needs of a handler that needs nothing. */
export const nothing = () => undefined as never

/** The contract is an argument of its own, so that the compiler checks the answers of `run` against it. */
export function endpoint<C extends Contract, N = undefined>(contract: C, needs: () => N = nothing) {
  return {
    run: (run: (input: Input<C>, has: N) => Promise<Answer<C>>): Handler =>
      served(needs, (has, event, now) => run(readRequest(contract, event, now), has)),
  }
}

/** The only middy chain: any error in it becomes a problem document and one line in the log. */
export function served<N>(
  needs: () => N,
  work: (has: N, event: APIGatewayProxyEventV2, now: number) => Promise<AnyAnswer>,
): Handler {
  const inner = prepared(needs, async (has, event: APIGatewayProxyEventV2) => {
    const { version, location, ...answer } = await work(has, event, Math.floor(Date.now() / 1000))
    const headers = {
      ...(version === undefined ? {} : { etag: `"${version}"` }),
      ...(location === undefined ? {} : { location }),
    }
    return toGateway({ ...answer, headers })
  })
  const handler = middy<APIGatewayProxyEventV2, GatewayResponse>({ timeoutEarlyInMillis: 0 })
    .onError((request) => {
      const error =
        request.error instanceof LetheError ? request.error : new LetheError('internal_error', { cause: request.error })
      logProblem(error, request.event)
      request.response = toGateway(problem(error))
    })
    .handler(inner)
  return Object.assign((event: APIGatewayProxyEventV2, context: Context) => handler(event, context), {
    ready: inner.ready,
  }) as unknown as Handler
}

/** No cache may keep an answer of Lethe, and no browser may guess its type. */
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
