import { describe, expect, it } from 'vitest'
import { isAlive, type Session } from '../../../functions/sessions/session.ts'
import { aSession, NOW } from '../../helpers/builders.ts'
import { ask } from '../../helpers/gateway-event.ts'
import { usingRoute } from '../../helpers/routes.ts'
import { openGate, sessionsIn } from '../../helpers/sessions.ts'

const { database, cloud, handler, accessToken } = usingRoute(
  () => import('../../../functions/sessions/end-sessions.ts'),
  'dynamodb:GetItem',
)
const sessions = () => sessionsIn(database())

async function withTwo() {
  const mine = aSession({ seen: 1 })
  const other = aSession({ userId: mine.userId, seen: 1 })
  await openGate(database(), mine.userId)
  await sessions().create(mine)
  await sessions().create(other)
  return { mine, other, token: await accessToken(mine) }
}
const end = async (token: string, query?: Record<string, string>) => {
  const headers = { authorization: `Bearer ${token}` }
  const { status, body } = await ask(handler(), {
    method: 'DELETE',
    path: '/sessions',
    headers,
    ...(query ? { query } : {}),
  })
  return body?.code ?? status
}
const OTHERS = { except: 'current' }
const lives = async (session: Session) => {
  const { gate, session: found } = await sessions().read(session)
  return isAlive(found, gate, NOW)
}

describe('ending all sessions', () => {
  it('ends this one too, and costs 1 write after its check', async () => {
    const { mine, other, token } = await withTwo()
    expect(await end(token)).toBe(204)
    expect(cloud().units).toEqual({ read: 2, write: 1 })
    expect([await lives(mine), await lives(other)]).toEqual([false, false])
  })

  it('cannot be asked for by a dead session', async () => {
    const { mine, other, token } = await withTwo()
    await sessions().end(mine, NOW)
    expect(await end(token)).toBe('session_ended')
    expect(await end(token, OTHERS)).toBe('session_ended')
    expect(await lives(other)).toBe(true)
  })

  it('takes no other exception', async () => {
    const { other, token } = await withTwo()
    const queries: Record<string, string>[] = [{ except: other.sid }, { except: '' }, { keep: 'current' }]
    for (const query of queries) {
      expect(await end(token, query)).toBe('invalid_input')
    }
    expect(await lives(other)).toBe(true)
  })
})

describe('ending all others', () => {
  it('keeps this one', async () => {
    const { mine, other, token } = await withTwo()
    expect(await end(token, OTHERS)).toBe(204)
    expect([await lives(mine), await lives(other)]).toEqual([true, false])
  })

  it('twice at once from the same session keeps it', async () => {
    const { mine, other, token } = await withTwo()
    expect(await Promise.all([end(token, OTHERS), end(token, OTHERS)])).toEqual([204, 204])
    expect([await lives(mine), await lives(other)]).toEqual([true, false])
  })

  it('looks again when another request of this session moved the epoch between check and write', async () => {
    const { mine, other, token } = await withTwo()
    cloud().justBefore('dynamodb:TransactWriteItems', () => sessions().endOthers(mine, 1, NOW))
    expect(await end(token, OTHERS)).toBe(204)
    expect([await lives(mine), await lives(other)]).toEqual([true, false])
    expect((await sessions().readGate(mine.userId))?.epoch).toBe(3)
  })

  it('loses to another session that does the same first', async () => {
    const { mine, other, token } = await withTwo()
    cloud().justBefore('dynamodb:TransactWriteItems', () => sessions().endOthers(other, 1, NOW))
    expect(await end(token, OTHERS)).toBe('session_ended')
    expect([await lives(mine), await lives(other)]).toEqual([false, true])
  })

  it('says that all were ended when that came first', async () => {
    const { mine, token } = await withTwo()
    cloud().justBefore('dynamodb:TransactWriteItems', () => sessions().endAll(mine.userId))
    expect(await end(token, OTHERS)).toBe('session_ended')
    expect(await lives(mine)).toBe(false)
  })

  it('that the store refuses changes nothing and is told as such', async () => {
    const { mine, other, token } = await withTwo()
    cloud().fail('dynamodb:TransactWriteItems', 'broken', 'broken', 'broken')
    expect(await end(token, OTHERS)).toBe('store_unavailable')
    expect([await lives(mine), await lives(other)]).toEqual([true, true])
  })

  it('whose answer was lost after the write has happened', async () => {
    const { mine, other, token } = await withTwo()
    cloud().fail('dynamodb:TransactWriteItems', 'lost')
    expect(await end(token, OTHERS)).toBe(204)
    expect([await lives(mine), await lives(other)]).toEqual([true, false])
    expect((await sessions().readGate(mine.userId))?.epoch).toBe(2)
  })
})
