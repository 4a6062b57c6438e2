import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { LetheError } from '../domain/errors.ts'
import { PROBLEMS } from './problem.ts'

/** One line per refused request. Never a body, a header or a query: they may hold secrets. */
export function logProblem(error: LetheError, { requestContext, routeKey }: APIGatewayProxyEventV2): void {
  const { status } = PROBLEMS[error.code]
  const line = {
    code: error.code,
    status,
    route: routeKey,
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
    ...(error.errors.length > 0 ? { fields: error.errors.map(({ field }) => field) } : {}),
  }
  if (status >= 500) console.error(JSON.stringify({ ...line, cause: causeOf(error) }))
  else console.info(JSON.stringify(line))
}

function causeOf({ cause }: LetheError): string | undefined {
  if (cause instanceof Error) return cause.stack ?? cause.message
  return cause === undefined ? undefined : String(cause)
}
