import { describe, expect, it } from 'vitest'
import type { Session } from '../../../functions/sessions/session.ts'
import { anId, aSession, inParallel, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { ask } from '../../helpers/gateway-event.ts'
import { putManyRaw, rawItem } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'
import { openGate, sessionsIn } from '../../helpers/sessions.ts'

const { database, cloud, handler, accessToken } = usingRoute(
  () => import('../../../functions/sessions/list-sessions.ts'),
  'dynamodb:GetItem',
)
const sessions = () => sessionsIn(database())

/** A user with the session that asks, that many more, and dead ones between them. */
async function withSessions(living: number, dead: Partial<Session>[] = []) {
  const userId = anId()
  await openGate(database(), userId)
  const open = Array.from({ length: living }, () => aSession({ userId, seen: 1 }))
  const all = [...open, ...dead.map((changes) => aSession({ userId, ...changes }))]
  await inParallel(all.length, (at) => sessions().create(all[at]!))
  const sids = open.map(({ sid }) => sid).toSorted()
  return { userId, sids, open, token: await accessToken(open[0]!) }
}
const list = (token: string, query: Record<string, string> = {}) =>
  ask(handler(), { method: 'GET', path: '/sessions', query, headers: { authorization: `Bearer ${token}` } })

/** All pages, one after the other. */
async function walk(token: string, limit?: string) {
  const pages: { id: string }[][] = []
  let cursor: string | undefined
  do {
    const { body } = await list(token, { ...(limit ? { limit } : {}), ...(cursor ? { cursor } : {}) })
    pages.push(body.sessions)
    cursor = body.nextCursor
  } while (cursor !== undefined && pages.length < 50)
  return { pages, ids: pages.flat().map(({ id }) => id) }
}

describe('my sessions', () => {
  it('are shown with device, address and times, and the current one is marked', async () => {
    const { open, token } = await withSessions(2)
    const { status, body } = await list(token)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['sessions'])
    const current = body.sessions.filter((session: { current: boolean }) => session.current)
    expect(current).toEqual([
      {
        id: open[0]?.sid,
        current: true,
        device: 'a browser',
        address: '192.0.2.7',
        signedInAt: new Date(NOW * 1000).toISOString(),
        lastUsedAt: new Date(NOW * 1000).toISOString(),
        expiresAt: new Date((open[0]?.idleUntil ?? 0) * 1000).toISOString(),
      },
    ])
  })

  it('are those that live: none that ended, expired, or belongs to an earlier epoch', async () => {
    const dead = [{ endedAt: NOW }, { idleUntil: NOW }, { endsAt: NOW }, { epoch: 0 }]
    const { sids, token } = await withSessions(3, dead)
    expect((await walk(token)).ids).toEqual(sids)
  })

  it.each(['1', '2', '3', '7', '100'])('come in pages of at most %s, each once', async (limit) => {
    const { sids, token } = await withSessions(7)
    const { pages, ids } = await walk(token, limit)
    expect(ids).toEqual(sids)
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(Number(limit))
    expect(pages.length).toBeLessThanOrEqual(Math.floor(7 / Number(limit)) + 1)
  })

  it('come twenty at a time when nobody says how many', async () => {
    const { token } = await withSessions(21)
    expect((await walk(token)).pages.map((page) => page.length)).toEqual([20, 1])
  })

  it('are all found behind a thousand dead ones, by pages that cost a bounded number of reads', async () => {
    const { userId, sids, open, token } = await withSessions(5)
    const living = await rawItem(database(), TABLES.sessions, userId, `s#${open[0]?.sid}`)
    const copies = Array.from({ length: 1200 }, () => ({
      ...living,
      sk: { S: `s#${anId()}` },
      endedAt: { N: String(NOW) },
    }))
    await putManyRaw(database(), TABLES.sessions, copies)
    cloud().forget()
    await list(token)
    expect(cloud().calls.filter((call) => call === 'dynamodb:Query').length).toBeLessThanOrEqual(5)
    expect((await walk(token)).ids).toEqual(sids)
  })

  it('are nobody else’s: a cursor of another user is refused by name', async () => {
    const { token } = await withSessions(3)
    const other = await withSessions(3)
    const { body } = await list(token, { limit: '1' })
    expect((await list(other.token, { cursor: body.nextCursor })).body.code).toBe('invalid_cursor')
    expect((await list(token, { cursor: `${body.nextCursor}x` })).body.code).toBe('invalid_cursor')
    expect((await list(token, { cursor: body.nextCursor })).status).toBe(200)
  })

  it('are shown to no dead session, whatever it asks for', async () => {
    const { userId, token } = await withSessions(2)
    await sessions().endAll(userId)
    const queries: Record<string, string>[] = [{}, { cursor: 'x' }, { limit: '0' }]
    for (const query of queries) {
      expect((await list(token, query)).body).toMatchObject({ code: 'session_ended' })
    }
  })
})
