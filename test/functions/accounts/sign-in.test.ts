import { describe, expect, it } from 'vitest'
import { hashPassword, needsRehash } from '../../../functions/crypto/passwords.ts'
import { hashOf } from '../../../functions/crypto/secrets.ts'
import { verifyAccessToken } from '../../../functions/sessions/access-token.ts'
import { parseRefreshToken } from '../../../functions/sessions/session.ts'
import { profileFor, signedUp, usersIn, verify } from '../../helpers/accounts.ts'
import { anId, DAY, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { ask, json } from '../../helpers/gateway-event.ts'
import { deleteRaw, putRaw, rawItem, rawItems } from '../../helpers/raw-items.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sessionsIn } from '../../helpers/sessions.ts'

const { database, cloud, handler, publicKey } = usingRoute(
  () => import('../../../functions/accounts/sign-in.ts'),
  'secretsmanager:GetSecretValue',
)
const PASSWORD = 'gravel walnut orbit seven'
const MEMORY = 8

async function withPassword(password = PASSWORD, memory = MEMORY) {
  const pending = await signedUp(database(), { phc: await hashPassword(password, memory) })
  const profile = profileFor(pending)
  await verify(database(), pending, profile)
  return profile
}
const signIn = (email: string, password = PASSWORD, headers = {}) => {
  const { headers: contentType, body } = json({ email, password })
  return ask(handler(), { method: 'POST', path: '/sessions', body, headers: { ...contentType, ...headers } })
}
/** As administration would leave the gate; without a status it is gone. */
async function shut(userId: string, status: string | undefined) {
  if (status === undefined) return deleteRaw(database(), TABLES.sessions, userId, 'gate')
  const gate = await rawItem(database(), TABLES.sessions, userId, 'gate')
  return putRaw(database(), TABLES.sessions, { ...gate, status: { S: status } })
}
const sessionsOf = async (userId: string) =>
  (await rawItems(database(), TABLES.sessions, userId)).filter(({ sk }) => sk?.S !== 'gate')

describe('a sign-in', () => {
  it('opens a session that remembers device, address and times, and hands out its tokens', async () => {
    const { id, email } = await withPassword()
    const { status, body } = await signIn(email, PASSWORD, { 'User-Agent': 'a browser' })
    expect(status).toBe(201)
    const { userId = '', sid = '', family = '', secret = '' } = parseRefreshToken(body.refreshToken) ?? {}
    expect(await sessionsIn(database()).read({ userId, sid })).toMatchObject({
      gate: { epoch: 1 },
      session: {
        userId: id,
        fam: hashOf(family),
        cur: hashOf(secret),
        gen: 1,
        seen: 0,
        epoch: 1,
        device: 'a browser',
        ip: '192.0.2.7',
        authAt: NOW,
        rotatedAt: NOW,
        idleUntil: NOW + 30 * DAY,
        endsAt: NOW + 180 * DAY,
      },
    })
    const { ISSUER: issuer = '', AUDIENCE: audience = '' } = cloud().variables
    const claims = await verifyAccessToken(body.accessToken, async () => publicKey(), { issuer, audience }, NOW)
    expect(claims).toEqual({ userId: id, sid, gen: 1 })
    expect(body.session).toMatchObject({ id: sid, current: true, device: 'a browser', address: '192.0.2.7' })
  })

  it('costs 2 reads and 1 write', async () => {
    const { email } = await withPassword()
    await signIn(email)
    expect(cloud().units).toEqual({ read: 2, write: 1 })
    expect(cloud().calls).toEqual(['dynamodb:GetItem', 'dynamodb:GetItem', 'dynamodb:PutItem'])
  })

  it('takes any spelling of the address and of é', async () => {
    const { email } = await withPassword('café gravel walnut')
    expect((await signIn(email.toUpperCase(), 'cafe\u0301 gravel walnut')).status).toBe(201)
  })

  it('makes the hash anew when it was made with less memory, and once', async () => {
    const { login, email } = await withPassword(PASSWORD, 4)
    expect((await signIn(email)).status).toBe(201)
    const { phc = '' } = (await usersIn(database()).findLogin(login)) ?? {}
    expect(needsRehash(phc, MEMORY)).toBe(false)
    expect((await signIn(email)).status).toBe(201)
    expect((await usersIn(database()).findLogin(login))?.phc).toBe(phc)
  })

  it('whose user ended all sessions meanwhile is dead on arrival', async () => {
    const { id, email } = await withPassword()
    cloud().justBefore('dynamodb:PutItem', () => sessionsIn(database()).endAll(id))
    const { status, body } = await signIn(email)
    expect(status).toBe(201)
    const { gate, session } = await sessionsIn(database()).read({ userId: id, sid: body.session.id })
    expect([session?.epoch, gate?.epoch]).toEqual([1, 2])
  })
})

describe('a refused sign-in', () => {
  it('looks the same, makes the same calls and writes nothing, whether or not there is an account', async () => {
    const { id, email } = await withPassword()
    const answers = []
    for (const address of [email, `${anId()}@example.com`, 'not an address', '']) {
      cloud().forget()
      answers.push(await signIn(address, 'wrong horse battery staple'))
      expect(cloud().calls, address).toEqual(['dynamodb:GetItem', 'dynamodb:GetItem'])
      expect(cloud().units, address).toEqual({ read: 2, write: 0 })
    }
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'credentials_invalid' } })
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await sessionsOf(id)).toEqual([])
  })

  it.each(['disabled', 'deleted'] as const)('says no more when the user is %s', async (status) => {
    const { id, email } = await withPassword()
    await shut(id, status)
    const { body } = await signIn(email)
    expect(body.code).toBe('credentials_invalid')
    expect(await sessionsOf(id)).toEqual([])
  })

  it('by an account whose gate is missing is the same', async () => {
    const { id, email } = await withPassword()
    await shut(id, undefined)
    expect((await signIn(email)).body.code).toBe('credentials_invalid')
  })
})

describe('when something fails', () => {
  it.each(['dynamodb:GetItem', 'dynamodb:PutItem'])(
    '%s: the store is unavailable and there is no session',
    async (action) => {
      const { id, email } = await withPassword()
      cloud().fail(action, 'broken', 'broken', 'broken')
      const { status, headers, body } = await signIn(email)
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'store_unavailable', '1'])
      expect(await sessionsOf(id)).toEqual([])
    },
  )

  it('the key ring: there is no session that nobody holds', async () => {
    const { id, email } = await withPassword()
    // Long after the key was cached.
    clockAt(NOW + DAY)
    cloud().fail('secretsmanager:GetSecretValue', 'broken', 'broken', 'broken')
    expect((await signIn(email)).body.code).toBe('store_unavailable')
    expect(await sessionsOf(id)).toEqual([])
    expect((await signIn(email)).status).toBe(201)
  })

  it('an answer lost after the session was put costs nobody the sign-in', async () => {
    const { id, email } = await withPassword()
    cloud().fail('dynamodb:PutItem', 'lost')
    expect((await signIn(email)).status).toBe(201)
    expect(await sessionsOf(id)).toHaveLength(1)
  })
})
