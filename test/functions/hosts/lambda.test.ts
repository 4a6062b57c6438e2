import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { serveRoutes, serveTrigger } from '../../../functions/hosts/lambda.ts'
import { prepared } from '../../../functions/prepared.ts'

const CONTEXT = {} as Context
const eventOf = (routeKey: string) => ({ routeKey }) as APIGatewayProxyEventV2

/** A handler that says its name, and notes when it was made ready. */
function handlerNamed(name: string, made: string[] = []) {
  return prepared(
    () => {
      made.push(name)
      return name
    },
    async (has, { routeKey }: APIGatewayProxyEventV2, _: Context) => `${has} for ${routeKey}`,
  )
}

describe('a function that serves routes', () => {
  it('gives each request to the handler of its route', async () => {
    const served = serveRoutes({ 'GET /me': handlerNamed('me'), 'GET /files/{id}': handlerNamed('file') })
    expect(await served(eventOf('GET /files/{id}'), CONTEXT)).toBe('file for GET /files/{id}')
    expect(await served(eventOf('GET /me'), CONTEXT)).toBe('me for GET /me')
  })

  it('makes all its handlers ready when it starts, once', async () => {
    const made: string[] = []
    const served = serveRoutes({ 'GET /me': handlerNamed('me', made), 'PUT /me': handlerNamed('change', made) })
    expect(made).toEqual(['me', 'change'])
    await served(eventOf('GET /me'), CONTEXT)
    expect(made).toEqual(['me', 'change'])
  })

  it('does not start when a handler lacks what it needs', () => {
    const lacking = prepared(
      () => {
        throw new Error('The variable USERS_TABLE is not set')
      },
      async (_: never, __: APIGatewayProxyEventV2, ___: Context) => undefined,
    )
    expect(() => serveRoutes({ 'GET /me': lacking })).toThrow('The variable USERS_TABLE is not set')
  })

  it('fails for a route that it does not serve, and names those that it does', () => {
    const served = serveRoutes({ 'GET /me': handlerNamed('me') })
    expect(() => served(eventOf('GET /you'), CONTEXT)).toThrow('This function serves GET /me, not GET /you')
  })
})

describe('a function that an event wakes', () => {
  it('is ready when it starts, and takes the event as it comes', async () => {
    const made: string[] = []
    const served = serveTrigger(
      prepared(
        () => made.push('made'),
        async (_, event: { kind: string }) => event.kind,
      ),
    )
    expect(made).toEqual(['made'])
    expect(await served({ kind: 'hour' })).toBe('hour')
  })
})
