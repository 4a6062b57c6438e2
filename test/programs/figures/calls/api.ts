import { directConnection } from '@lethe/http-api/client-connection.ts'
import { requestEvent } from '@lethe/http-api/event.ts'
import { functionAnswer } from '@lethe/http-api/function-answer.ts'
import { newRequestId } from '@lethe/http-api/request-id.ts'
import { readBody } from '@lethe/http-api/request-limits.ts'
import { parseTarget } from '@lethe/http-api/request-target.ts'
import { matchRoute, routePattern } from '@lethe/http-api/route-match.ts'
import { send } from '@lethe/http-api/send.ts'
import { serveRoutes } from '../../../../functions/hosts/lambda.ts'
import { routeKey, routes } from '../../../../functions/rows.ts'
import { CONTEXT } from '../../../helpers/gateway-event.ts'
import { type Served, serve } from '../../deploy/serve.ts'

/** All routes as one warm function behind a gateway that checks no tokens: every handler checks them itself. */
export async function serveAllRoutes(): Promise<Served> {
  const patterns = routes.map((route) => ({ key: routeKey(route), pattern: routePattern(routeKey(route)) }))
  const run = serveRoutes(Object.fromEntries(await Promise.all(routes.map(handlerOf))))
  return serve(async (request, response) => {
    const target = parseTarget(request.url ?? '')
    const match = target && matchRoute(patterns, request.method ?? '', target.path)
    const body = await readBody(request)
    if (!(target && match && body)) throw new Error(`no route takes ${request.method} ${request.url}`)
    const requestId = newRequestId()
    const event = requestEvent({
      ...{ request, requestId, target, body, accountId: '', apiId: '', jwt: undefined },
      connection: directConnection(request),
      stage: { name: '$default', variables: {} },
      routeKey: match.route.key,
      pathParameters: match.pathParameters,
    })
    const answer = functionAnswer(JSON.stringify(await run(event, CONTEXT)))
    send(request, response, { answer, requestId, cors: undefined })
  })
}

async function handlerOf(route: (typeof routes)[number]) {
  const { handler } = await import(`../../../../functions/${route.entry}.ts`)
  return [routeKey(route), handler] as const
}
