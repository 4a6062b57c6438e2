import { describe, expect, it } from 'vitest'
import { newSecret } from '../../../functions/crypto/secrets.ts'
import { verifyAccessToken } from '../../../functions/sessions/access-token.ts'
import { formatRefreshToken, parseRefreshToken, type Session } from '../../../functions/sessions/session.ts'
import { anId, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { ask, json } from '../../helpers/gateway-event.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sessionsIn, signedIn } from '../../helpers/sessions.ts'

const { database, cloud, handler, publicKey } = usingRoute(
  () => import('../../../functions/sessions/refresh-session.ts'),
  'secretsmanager:GetSecretValue',
)
const sessions = () => sessionsIn(database())
const LATE = NOW + 31

async function signIn(changes: Partial<Session> = {}) {
  const { session, family, secret } = await signedIn(database(), changes)
  return { session, token: formatRefreshToken({ ...session, family, secret }) }
}
const refresh = (refreshToken: string) =>
  ask(handler(), { method: 'POST', path: '/sessions/refresh', ...json({ refreshToken }) })
const refused = async (refreshToken: string) => {
  const { status, body } = await refresh(refreshToken)
  return [status, body.code]
}
const stored = async (session: Session) => (await sessions().read(session)).session
const withPart = (token: string, part: object) => formatRefreshToken({ ...parseRefreshToken(token)!, ...part })

describe('a refresh', () => {
  it('gives the successor and an access token of its generation', async () => {
    const { session, token } = await signIn()
    const { status, body } = await refresh(token)
    expect(status).toBe(200)
    expect(body).toMatchObject({ tokenType: 'Bearer', expiresIn: 600, session: { id: session.sid, current: true } })
    expect(body.refreshToken).not.toBe(token)
    const { ISSUER: issuer = '', AUDIENCE: audience = '' } = cloud().variables
    const claims = await verifyAccessToken(body.accessToken, async () => publicKey(), { issuer, audience }, NOW)
    expect(claims).toEqual({ userId: session.userId, sid: session.sid, gen: 2 })
    expect((await refresh(body.refreshToken)).status).toBe(200)
  })

  it('costs 1 write and 1 read, won or repeated', async () => {
    const { token } = await signIn()
    await refresh(token)
    expect(cloud().units).toEqual({ read: 1, write: 1 })
    cloud().forget()
    await refresh(token)
    // What the repetition's refused write is billed, no answer tells.
    expect(cloud().units.read).toBe(1)
    expect(cloud().calls.toSorted()).toEqual(['dynamodb:GetItem', 'dynamodb:UpdateItem'])
  })

  it('of one token 16 times at once gives all the same successor, and the session lives', async () => {
    const { session, token } = await signIn()
    let live = token
    for (let round = 0; round < 3; round++) {
      const answers = await inParallel(16, () => refresh(live))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      const successors = new Set(answers.map(({ body }) => body.refreshToken))
      expect(successors.size).toBe(1)
      live = [...successors][0]
    }
    expect(await stored(session)).toMatchObject({ gen: 4 })
  })

  it('moves the idle limit on, never the absolute one', async () => {
    const { session, token } = await signIn()
    clockAt(NOW + 10 * DAY)
    const { body } = await refresh(token)
    expect(await stored(session)).toMatchObject({ idleUntil: NOW + 40 * DAY, endsAt: session.endsAt })
    expect(body.session.lastUsedAt).toBe(new Date((NOW + 10 * DAY) * 1000).toISOString())
  })
})

describe('a used token', () => {
  it('gives its successor again for thirty seconds', async () => {
    const { token } = await signIn()
    const first = await refresh(token)
    clockAt(NOW + 30)
    expect((await refresh(token)).body.refreshToken).toBe(first.body.refreshToken)
  })

  it('gives another successor later, when its own was never used; the lost one is a trap', async () => {
    const { session, token } = await signIn()
    const lost = await refresh(token)
    clockAt(LATE)
    const again = await refresh(token)
    expect(again.status).toBe(200)
    expect(again.body.refreshToken).not.toBe(lost.body.refreshToken)
    expect((await refresh(again.body.refreshToken)).status).toBe(200)
    expect(await refused(lost.body.refreshToken)).toEqual([401, 'refresh_token_reused'])
    expect(await stored(session)).toMatchObject({ why: 'reuse' })
  })

  it('late and 16 times at once gives all the same other successor', async () => {
    const { token } = await signIn()
    await refresh(token)
    clockAt(LATE)
    const answers = await inParallel(16, () => refresh(token))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
  })

  it('ends the session later, when its successor was used', async () => {
    const { session, token } = await signIn()
    const { body } = await refresh(token)
    await sessions().markSeen(session, 2)
    clockAt(LATE)
    expect(await refused(token)).toEqual([401, 'refresh_token_reused'])
    expect(await stored(session)).toMatchObject({ endedAt: LATE, why: 'reuse' })
    expect(await refused(body.refreshToken)).toEqual([401, 'session_ended'])
  })

  it('ends the session at once when it is a grandparent', async () => {
    const { session, token } = await signIn()
    const { body } = await refresh(token)
    await refresh(body.refreshToken)
    expect(await refused(token)).toEqual([401, 'refresh_token_reused'])
    expect(await stored(session)).toMatchObject({ endedAt: NOW, why: 'reuse' })
  })

  it('is not called reused before the session is ended: a store that fails then is unavailable', async () => {
    const { session, token } = await signIn()
    const { body } = await refresh(token)
    await refresh(body.refreshToken)
    cloud().fail('dynamodb:UpdateItem', 'none', 'broken', 'broken', 'broken')
    expect(await refused(token)).toEqual([503, 'store_unavailable'])
    expect(await refused(token)).toEqual([401, 'refresh_token_reused'])
    expect(await stored(session)).toMatchObject({ why: 'reuse' })
  })
})

describe('a refresh is refused and nothing changes', () => {
  it.each<[string, Partial<Session>, string]>([
    ['once the session ended', { endedAt: NOW - 1, why: 'ended' }, 'session_ended'],
    ['at the idle limit', { idleUntil: NOW }, 'session_expired'],
    ['at the absolute limit', { endsAt: NOW }, 'session_expired'],
  ])('%s', async (_, changes, code) => {
    const { session, token } = await signIn(changes)
    expect(await refused(token)).toEqual([401, code])
    expect(await stored(session)).toEqual(session)
  })

  it('for another family: nobody can end a session by guessing', async () => {
    const { session, token } = await signIn()
    const { body } = await refresh(token)
    const before = await stored(session)
    for (const each of [token, body.refreshToken, withPart(token, { secret: newSecret() })]) {
      expect(await refused(withPart(each, { family: anId() }))).toEqual([401, 'refresh_token_invalid'])
    }
    expect(await stored(session)).toEqual(before)
  })

  it('for a session that is unknown, or another user’s', async () => {
    const { session, token } = await signIn()
    expect(await refused(withPart(token, { sid: anId() }))).toEqual([401, 'session_ended'])
    expect(await refused(withPart(token, { userId: anId() }))).toEqual([401, 'session_ended'])
    expect(await stored(session)).toEqual(session)
  })

  it('for what is no refresh token, without asking the store', async () => {
    for (const text of ['', 'v1', 'v1....', `v2.${'x'.repeat(100)}`, 'x'.repeat(300)]) {
      expect(await refused(text)).toEqual([401, 'refresh_token_invalid'])
    }
    expect(cloud().calls).toEqual([])
  })
})

describe('behind a shut gate', () => {
  it.each<[string, (userId: string) => Promise<unknown>]>([
    ['all sessions were ended', (userId) => sessions().endAll(userId)],
    ['they are being ended while this one refreshes', async () => undefined],
  ])('nobody gets a token: %s', async (name, shut) => {
    const { session, token } = await signIn()
    if (name.startsWith('they')) cloud().justBefore('dynamodb:GetItem', () => sessions().endAll(session.userId))
    await shut(session.userId)
    const { status, body } = await refresh(token)
    expect([status, body.code]).toEqual([401, 'session_ended'])
    expect(JSON.stringify(body)).not.toContain('v1.')
  })
})

describe('when something fails', () => {
  it('an answer of the store that was lost after the write costs nobody the session', async () => {
    const { session, token } = await signIn()
    cloud().fail('dynamodb:UpdateItem', 'lost')
    const { status, body } = await refresh(token)
    expect(status).toBe(200)
    expect(await stored(session)).toMatchObject({ gen: 2 })
    expect((await refresh(body.refreshToken)).status).toBe(200)
  })

  it.each(['dynamodb:GetItem', 'dynamodb:UpdateItem'])(
    '%s: the store is unavailable, and the token works afterwards',
    async (action) => {
      const { session, token } = await signIn()
      cloud().fail(action, 'broken', 'broken', 'broken')
      const { status, headers, body } = await refresh(token)
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'store_unavailable', '1'])
      expect((await refresh(token)).status).toBe(200)
      expect(await stored(session)).toMatchObject({ gen: 2 })
    },
  )

  it('the key ring: the next try gets the very successor that was made', async () => {
    const { session, token } = await signIn()
    // Long after the key was cached.
    clockAt(NOW + 20 * DAY)
    cloud().fail('secretsmanager:GetSecretValue', 'broken', 'broken', 'broken')
    expect(await refused(token)).toEqual([503, 'store_unavailable'])
    const { body } = await refresh(token)
    expect((await refresh(body.refreshToken)).status).toBe(200)
    expect(await stored(session)).toMatchObject({ gen: 3 })
  })
})
