import { TABLES } from './dynamodb.ts'
import { ask } from './gateway-event.ts'
import { putRaw, rawItem } from './raw-items.ts'
import type { usingRoute } from './routes.ts'
import { signedIn } from './sessions.ts'

type Handler = Parameters<typeof ask>[0]
type Sent = { path?: Record<string, string>; query?: Record<string, string>; body?: unknown; headers?: object }
export type TestCaller = Awaited<ReturnType<typeof aCaller>>

/** A signed-in user with an address of one's own, who asks handlers of any route. */
export async function aCaller({
  database,
  accessToken,
}: Pick<ReturnType<typeof usingRoute>, 'database' | 'accessToken'>) {
  const { session } = await signedIn(database(), { seen: 1 })
  const authorization = `Bearer ${await accessToken(session)}`
  const { userId } = session
  const address = `${userId.toLowerCase()}@example.com`
  const gate = await rawItem(database(), TABLES.sessions, userId, 'gate')
  await putRaw(database(), TABLES.sessions, { ...gate, address: { S: address } })
  return {
    userId,
    address,
    ask: (method: string, handler: Handler, sent: Sent = {}) => send(method, handler, sent, { authorization }),
  }
}

export const send = (method: string, handler: Handler, { path, query, body, headers }: Sent, more: object = {}) =>
  ask(handler, {
    method,
    headers: { ...more, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(path ? { pathParameters: path } : {}),
    ...(query ? { query } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
