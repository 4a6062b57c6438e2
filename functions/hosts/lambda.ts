import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import type { Prepared } from '../prepared.ts'

type RouteHandler = Prepared<[APIGatewayProxyEventV2, Context], Promise<unknown>>

/** A function that serves several routes: the gateway says which of them a request is for. */
export function serveRoutes(handlers: { readonly [routeKey: string]: RouteHandler }) {
  for (const handler of Object.values(handlers)) handler.ready()
  return (event: APIGatewayProxyEventV2, context: Context) => {
    const handler = handlers[event.routeKey]
    if (!handler) throw new Error(`This function serves ${Object.keys(handlers).join(', ')}, not ${event.routeKey}`)
    return handler(event, context)
  }
}

/** A function that an event invokes. */
export function serveTrigger<A extends unknown[], R>(handler: Prepared<A, R>): Prepared<A, R> {
  handler.ready()
  return handler
}
