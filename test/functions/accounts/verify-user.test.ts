import { describe, expect, it } from 'vitest'
import type { PendingUser } from '../../../functions/accounts/user.ts'
import { hashPassword } from '../../../functions/crypto/passwords.ts'
import { hashOf, newSecret } from '../../../functions/crypto/secrets.ts'
import { codesIn, signedUp, usersIn, withAccount } from '../../helpers/accounts.ts'
import { anId, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { ask, json } from '../../helpers/gateway-event.ts'
import { rawItemsWith } from '../../helpers/raw-items.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sessionsIn } from '../../helpers/sessions.ts'

const { database, cloud, handler } = usingRoute(() => import('../../../functions/accounts/verify-user.ts'))
const CODE = '01234567'
const secret = newSecret()

async function mailed(changes: Partial<PendingUser> = {}) {
  const made = { tokenHash: hashOf(secret), codePhc: await hashPassword(CODE, 8) }
  const pending = await signedUp(database(), { ...made, ...changes })
  return { pending, token: `${pending.id}.${secret}` }
}
const verify = (body: object) => ask(handler(), { method: 'POST', path: '/users/verify', ...json(body) })
const outcome = async (body: object) => {
  const { status, body: answer } = await verify(body)
  return answer.code ?? status
}
const accountsOf = ({ login }: PendingUser) => rawItemsWith(database(), TABLES.users, 'login', login)

describe('verification', () => {
  it('by the mailed token makes the account, with its login, profile and gate', async () => {
    const { pending, token } = await mailed()
    const { status, body } = await verify({ token })
    expect(status).toBe(201)
    const { id } = body
    expect(await usersIn(database()).findProfile(id)).toEqual({
      id,
      name: pending.name,
      email: pending.address,
      login: pending.login,
      v: 1,
      createdAt: NOW,
    })
    expect(await usersIn(database()).findLogin(pending.login)).toMatchObject({ userId: id, phc: pending.phc })
    expect(await sessionsIn(database()).readGate(id)).toMatchObject({ status: 'active', epoch: 1, roles: [] })
  })

  it.each(['01234567', '0123 4567', '0123-4567'])('by the code as a person types it: %s', async (code) => {
    const { pending } = await mailed()
    expect(await outcome({ pendingId: pending.id, code })).toBe(201)
  })

  it('happens once, by token or by code', async () => {
    const { pending, token } = await mailed()
    expect(await outcome({ token })).toBe(201)
    expect(await outcome({ token })).toBe('verification_failed')
    expect(await outcome({ pendingId: pending.id, code: CODE })).toBe('verification_failed')
    expect(await accountsOf(pending)).toHaveLength(1)
  })

  it('64 times at once makes one account', async () => {
    const { pending, token } = await mailed()
    const outcomes = await inParallel(64, () => outcome({ token }))
    expect(outcomes.toSorted()).toEqual([201, ...Array(63).fill('verification_failed')])
    expect(await accountsOf(pending)).toHaveLength(1)
  })

  it('ends with the day, to the second', async () => {
    const { pending, token } = await mailed()
    clockAt(NOW + DAY)
    expect(await outcome({ token })).toBe('verification_failed')
    expect(await outcome({ pendingId: pending.id, code: CODE })).toBe('verification_failed')
    clockAt(NOW + DAY - 1)
    expect(await outcome({ token })).toBe(201)
  })

  it('for an address that is taken says so and makes nothing', async () => {
    const { profile } = await withAccount(database())
    const { pending, token } = await mailed({ login: profile.login })
    expect(await outcome({ token })).toBe('account_exists')
    expect(await accountsOf(pending)).toHaveLength(1)
    expect((await usersIn(database()).findLogin(profile.login))?.userId).toBe(profile.id)
  })
})

describe('a guess', () => {
  it('at the code is judged five times, and never again, not even the right one', async () => {
    const { pending, token } = await mailed()
    for (let guess = 0; guess < 5; guess++) {
      expect(await outcome({ pendingId: pending.id, code: '99999999' })).toBe('verification_failed')
    }
    expect(await outcome({ pendingId: pending.id, code: CODE })).toBe('verification_failed')
    expect(await accountsOf(pending)).toEqual([])
    // The owner of the mailbox still has the link.
    expect(await outcome({ token })).toBe(201)
  })

  it('takes a hash where there is no code to guess, too: the time must not tell who was mailed one', async () => {
    const guessing = async (pendingId: string) => {
      const start = performance.now()
      expect(await outcome({ pendingId, code: '99999999' })).toBe('verification_failed')
      return performance.now() - start
    }
    const [withCode, without]: [number[], number[]] = [[], []]
    for (let sample = 0; sample < 15; sample++) {
      withCode.push(await guessing((await mailed()).pending.id))
      without.push(await guessing(anId()))
    }
    // The quickest of each: what a busy machine adds tells nothing.
    expect(Math.min(...without)).toBeGreaterThan(0.7 * Math.min(...withCode))
  })

  it('that is the fifth may be right', async () => {
    const { pending } = await mailed()
    for (let guess = 0; guess < 4; guess++) await outcome({ pendingId: pending.id, code: '99999999' })
    expect(await outcome({ pendingId: pending.id, code: CODE })).toBe(201)
  })

  it('at the token costs its owner nothing', async () => {
    const { pending, token } = await mailed()
    await inParallel(20, () => outcome({ token: `${pending.id}.${newSecret()}` }))
    expect(await outcome({ token })).toBe(201)
  })

  it.each<[string, (token: string) => string]>([
    ['of another sign-up', (token) => `${anId()}.${token.split('.')[1]}`],
    ['with more behind it', (token) => `${token}.x`],
    ['with a space', (token) => `${token} `],
    ['without its id', (token) => token.split('.')[1] ?? ''],
    ['without its secret', (token) => `${token.split('.')[0]}.`],
    ['of nothing', () => ''],
    ['of half a character', () => `${'\ud83e'.repeat(22)}.${newSecret()}`],
  ])('at the token is refused: %s', async (_, change) => {
    const { pending, token } = await mailed()
    expect(await outcome({ token: change(token) })).toBe('verification_failed')
    expect(await codesIn(database()).findPending(pending.id, NOW)).toEqual(pending)
  })

  it.each<[string, object]>([
    ['a code of seven digits', { code: '0123456' }],
    ['a code with letters', { code: '0123456o' }],
    ['other digits', { code: '٠١٢٣٤٥٦٧' }],
    ['no code', {}],
    ['both ways at once', { code: CODE, token: 'x' }],
    ['an id that is no id', { pendingId: '#', code: CODE }],
  ])('of another form is no guess: %s', async (_, changes) => {
    const { pending } = await mailed()
    expect(await outcome({ pendingId: pending.id, ...changes })).toBe('invalid_input')
    expect(cloud().calls).toEqual([])
  })
})

describe('when something fails', () => {
  it('in the transaction, there is no half of an account, and the token works afterwards', async () => {
    const { pending, token } = await mailed()
    cloud().fail('dynamodb:TransactWriteItems', 'broken', 'broken', 'broken')
    expect(await outcome({ token })).toBe('store_unavailable')
    expect(await accountsOf(pending)).toEqual([])
    expect(await codesIn(database()).findPending(pending.id, NOW)).toEqual(pending)
    expect(await outcome({ token })).toBe(201)
  })

  it('after the transaction, the account is made and its maker is told so', async () => {
    const { pending, token } = await mailed()
    cloud().fail('dynamodb:TransactWriteItems', 'lost')
    expect(await outcome({ token })).toBe(201)
    expect(await accountsOf(pending)).toHaveLength(1)
  })
})
