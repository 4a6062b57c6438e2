import { describe, expect, it } from 'vitest'
import { publicKeyStore } from '../../../functions/keys/public-key-store.ts'
import type { Session } from '../../../functions/sessions/session.ts'
import { usersIn, withAccount } from '../../helpers/accounts.ts'
import { anId, aSession, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { ask } from '../../helpers/gateway-event.ts'
import { putRaw, rawItem } from '../../helpers/raw-items.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sessionsIn } from '../../helpers/sessions.ts'

const { database, cloud, handler, accessToken } = usingRoute(
  () => import('../../../functions/accounts/get-me.ts'),
  'dynamodb:GetItem',
)
const sessions = () => sessionsIn(database())

async function signedIn(changes: Partial<Session> = {}) {
  const { profile } = await withAccount(database())
  const session = aSession({ userId: profile.id, ...changes })
  await sessions().create(session)
  return { profile, session, token: await accessToken(session) }
}
const getMe = (token: string) =>
  ask(handler(), { method: 'GET', path: '/me', headers: { authorization: `Bearer ${token}` } })
const codeFor = async (token: string) => {
  const { status, body } = await getMe(token)
  return body.code ?? status
}

describe('a protected route', () => {
  it('answers the profile of its caller, with its version', async () => {
    const { profile, token } = await signedIn()
    const { status, headers, body } = await getMe(token)
    expect([status, headers.etag]).toEqual([200, '"1"'])
    const { id, email, name } = profile
    expect(body).toEqual({ id, email, name, version: 1, createdAt: new Date(NOW * 1000).toISOString() })
  })

  it('costs 2 reads for its check and its own in one call, and 1 write for the first use of a generation', async () => {
    const { session, token } = await signedIn()
    await getMe(token)
    expect(cloud().units).toEqual({ read: 2 + 1, write: 1 })
    expect((await sessions().read(session)).session).toMatchObject({ seen: 1 })
    cloud().forget()
    await getMe(token)
    expect(cloud().units).toEqual({ read: 2 + 1, write: 0 })
    expect(cloud().calls).toEqual(['dynamodb:BatchGetItem'])
  })

  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['it was ended', (session) => sessions().end(session, NOW)],
    ['all were ended', (session) => sessions().endAll(session.userId)],
    ['reuse was found', (session) => sessions().endForReuse(session, session.fam, NOW)],
    ['its user was deleted', ({ userId }) => usersIn(database()).remove(userId, TABLES.sessions, [], NOW)],
  ])('is closed on the very next request once %s', async (_, end) => {
    const { session, token } = await signedIn()
    expect((await getMe(token)).status).toBe(200)
    await end(session)
    expect(await codeFor(token)).toBe('session_ended')
  })

  it('is closed for a session that nobody opened', async () => {
    expect(await codeFor(await accessToken(aSession()))).toBe('session_ended')
  })

  it('is closed half a minute after the key of its token was withdrawn', async () => {
    const { token } = await signedIn()
    await getMe(token)
    const keys = await rawItem(database(), TABLES.sessions, 'keys', 'public')
    await publicKeyStore(database().db, TABLES.sessions).publish([])
    clockAt(NOW + 120)
    expect(await codeFor(token)).toBe('token_invalid')
    await putRaw(database(), TABLES.sessions, keys ?? {})
    clockAt(NOW + 240)
    expect((await getMe(token)).status).toBe(200)
  })

  it('is neither open nor closed while the keys cannot be read', async () => {
    const { token } = await signedIn()
    clockAt(NOW + 300)
    cloud().fail('dynamodb:GetItem', 'broken', 'broken', 'broken')
    expect(await codeFor(token)).toBe('store_unavailable')
    expect((await getMe(token)).status).toBe(200)
  })

  it.each(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'])(
    'is neither open nor closed while %s fails',
    async (action) => {
      const { token } = await signedIn()
      cloud().fail(action, 'broken', 'broken', 'broken')
      const { status, headers, body } = await getMe(token)
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'store_unavailable', '1'])
      expect((await getMe(token)).status).toBe(200)
    },
  )

  it('tells of a profile that is gone as of a session that ended', async () => {
    const session = aSession({ userId: anId() })
    const { profile } = await withAccount(database())
    const gate = await rawItem(database(), TABLES.sessions, profile.id, 'gate')
    await putRaw(database(), TABLES.sessions, { ...gate, pk: { S: session.userId } })
    await sessions().create(session)
    expect(await codeFor(await accessToken(session))).toBe('session_ended')
  })

  it('is closed for a token that has expired, though its session lives', async () => {
    const { token } = await signedIn()
    clockAt(NOW + 600)
    expect(await codeFor(token)).toBe('token_invalid')
  })
})
