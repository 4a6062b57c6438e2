import { beforeAll, describe, expect, it } from 'vitest'
import { newSecret } from '../../../functions/crypto/secrets.ts'
import { codesIn, profileFor, signedUp, usersIn, verify, withAccount } from '../../helpers/accounts.ts'
import { aSession, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { rotationTo, sessionsIn, signedIn } from '../../helpers/sessions.ts'
import { type Units, unitsOf } from '../../helpers/units.ts'

const database = usingDatabase(startDynoxide)
let during: (work: () => Promise<unknown>) => Promise<Units>
beforeAll(() => {
  during = unitsOf(database().db).during
})
const sessions = () => sessionsIn(database())

/** The longest that a request can make it, with every attribute a session can have. */
async function fullSession() {
  const { session, family, secret } = await signedIn(database(), {
    device: 'a'.repeat(256),
    ip: '2001:0db8:85a3:08d3:1319:8a2e:0370:7344',
    seen: 1,
  })
  const hashes = { token: session.cur, family: session.fam }
  await sessions().rotate(rotationTo(session, secret, newSecret(), NOW), hashes)
  const { session: rotated } = await sessions().read(session)
  return { session: rotated ?? session, family }
}

describe('what the state machine costs', () => {
  it('a check is 2 reads in one call', async () => {
    const { session } = await fullSession()
    expect(await during(() => sessions().read(session))).toEqual({ read: 2, write: 0, calls: ['BatchGetItem'] })
  })

  it('a check of a session that is gone costs the same', async () => {
    expect(await during(() => sessions().read(aSession()))).toEqual({ read: 2, write: 0, calls: ['BatchGetItem'] })
  })

  it('the first use of a generation is 1 write', async () => {
    const { session } = await fullSession()
    expect(await during(() => sessions().markSeen(session, session.gen))).toEqual({
      read: 0,
      write: 1,
      calls: ['UpdateItem'],
    })
  })

  it('a refresh is 1 write and 1 read', async () => {
    const { session } = await fullSession()
    const to = rotationTo(session, 'presented', newSecret(), NOW)
    const cost = await during(() =>
      Promise.all([
        sessions().readGate(session.userId),
        sessions().rotate(to, { token: session.cur, family: session.fam }),
      ]),
    )
    expect(cost).toMatchObject({ read: 1, write: 1 })
    expect(cost.calls.toSorted()).toEqual(['GetItem', 'UpdateItem'])
  })

  it('each of 64 parallel refreshes is 1 write, won or lost', async () => {
    const { session } = await fullSession()
    const hashes = { token: session.cur, family: session.fam }
    const to = () => rotationTo(session, 'presented', newSecret(), NOW)
    const cost = await during(() => inParallel(64, () => sessions().rotate(to(), hashes)))
    expect(cost).toEqual({ read: 0, write: 64, calls: Array(64).fill('UpdateItem') })
  })

  it('a sign-in is 2 reads and 1 write', async () => {
    const { profile } = await withAccount(database())
    const session = aSession({ userId: profile.id, device: 'a'.repeat(256) })
    const cost = await during(async () => {
      await usersIn(database()).findLogin(profile.login)
      await sessions().readGate(profile.id)
      await sessions().create(session)
    })
    expect(cost).toEqual({ read: 2, write: 1, calls: ['GetItem', 'GetItem', 'PutItem'] })
  })

  it('ending all is 1 write, at 100 sessions as at one', async () => {
    const { session } = await fullSession()
    const costOfOne = await during(() => sessions().endAll(session.userId))
    await inParallel(99, () => sessions().create(aSession({ userId: session.userId })))
    const costOfHundred = await during(() => sessions().endAll(session.userId))
    expect([costOfOne, costOfHundred]).toEqual(Array(2).fill({ read: 0, write: 1, calls: ['UpdateItem'] }))
  })

  it('ending one is 1 write', async () => {
    const { session } = await fullSession()
    expect(await during(() => sessions().end(session, NOW))).toEqual({ read: 0, write: 1, calls: ['UpdateItem'] })
  })

  it('a failed condition is 1 write and no second call', async () => {
    const { session } = await fullSession()
    const wrong = { token: 'other', family: session.fam }
    const cost = await during(() => sessions().rotate(rotationTo(session, 'presented', 'next', NOW), wrong))
    expect(cost).toEqual({ read: 0, write: 1, calls: ['UpdateItem'] })
  })

  it('ending all others is one transaction over two items, so 4 writes', async () => {
    const { session } = await fullSession()
    const cost = await during(() => sessions().endOthers(session, 1, NOW))
    expect(cost).toEqual({ read: 0, write: 4, calls: ['TransactWriteItems'] })
  })

  it('a verification is one transaction over four items, so 8 writes', async () => {
    const pending = await signedUp(database())
    const cost = await during(() => verify(database(), pending, profileFor(pending)))
    expect(cost).toEqual({ read: 0, write: 8, calls: ['TransactWriteItems'] })
  })

  it('a guess at a code is 1 write', async () => {
    const { id } = await signedUp(database())
    expect(await during(() => codesIn(database()).takeTry(id, NOW))).toMatchObject({ read: 0, write: 1 })
  })
})
