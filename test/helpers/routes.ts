import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { publicKeyStore } from '../../functions/keys/public-key-store.ts'
import { newSigningKey, publicPart } from '../../functions/keys/signing-key.ts'
import type { Prepared } from '../../functions/prepared.ts'
import { signAccessToken } from '../../functions/sessions/access-token.ts'
import type { Session } from '../../functions/sessions/session.ts'
import { anId, NOW } from './builders.ts'
import { type DynamoDb, startDynoxide, TABLES, usingDatabase } from './dynamodb.ts'
import { type FakeCloud, startFakeCloud } from './fake-cloud.ts'

type Handler = Prepared<
  [APIGatewayProxyEventV2, Context],
  Promise<{ statusCode: number; headers: Record<string, string>; body: string }>
>

/**
 * One route as it runs in Lambda, over a database of its own and a cloud that can be made to fail. `init` is the last
 * call that it makes on its own when it starts.
 */
export function usingRoute(load: () => Promise<{ handler: Handler }>, init?: string) {
  const database = usingDatabase(startDynoxide)
  let cloud: FakeCloud
  let key: Awaited<ReturnType<typeof newSigningKey>>
  let handler: Handler

  beforeAll(async () => {
    cloud = await startFakeCloud(database())
    Object.assign(process.env, cloud.variables)
    key = await newSigningKey()
    cloud.secret.value = JSON.stringify({ keys: [{ ...key, state: 'current' }] })
    const published = { kid: key.kid, state: 'current' as const, ...publicPart(key.jwk) }
    await publicKeyStore(database().db, TABLES.sessions).publish([published])
    clockAt(NOW)
    ;({ handler } = await load())
    handler.ready()
    // Answered too, so that none of it is counted with what a test does.
    await vi.waitUntil(() => init === undefined || (cloud.calls.includes(init) && cloud.units.read > 0), 20_000)
  }, 30_000)
  afterAll(() => cloud.stop())
  beforeEach(() => {
    clockAt(NOW)
    cloud.forget()
    for (const level of ['info', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => undefined)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  return {
    database: (): DynamoDb => database(),
    cloud: () => cloud,
    handler: () => handler,
    /** Lets something happen when the session was read, and with it what the request leads to, but nothing else yet. */
    afterReadingAhead(happening: () => Promise<unknown>): void {
      cloud.justBefore('dynamodb:BatchGetItem', async () => cloud.justBefore('dynamodb:BatchGetItem', happening))
    },
    publicKey: () => publicPart(key.jwk),
    accessToken: ({ userId, sid, gen }: Pick<Session, 'userId' | 'sid' | 'gen'>, now = NOW) => {
      const { ISSUER = '', AUDIENCE = '', CLIENT_ID = '' } = cloud.variables
      const names = { issuer: ISSUER, audience: AUDIENCE, clientId: CLIENT_ID, jti: anId(), now }
      return signAccessToken(key, { userId, sid, gen }, names)
    },
  }
}

export function clockAt(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })
}
