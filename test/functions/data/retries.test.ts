import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { database, sqs } from '../../../functions/clients.ts'
import { queue as queueAt } from '../../../functions/data/queue.ts'
import { sessionStore } from '../../../functions/sessions/session-store.ts'
import { NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { type FakeCloud, type Fault, startFakeCloud } from '../../helpers/fake-cloud.ts'
import { rotationTo, signedIn } from '../../helpers/sessions.ts'

const dynoxide = usingDatabase(startDynoxide)
let cloud: FakeCloud
let sessions: ReturnType<typeof sessionStore>
beforeAll(async () => {
  cloud = await startFakeCloud(dynoxide())
  Object.assign(process.env, cloud.variables)
  // The client of production, with its own retries and its own patience.
  sessions = sessionStore(database(), TABLES.sessions)
})
afterAll(() => cloud.stop())
beforeEach(() => cloud.forget())

const three = (fault: Fault): [Fault, Fault, Fault] => [fault, fault, fault]
const unavailable = { code: 'store_unavailable' }

describe('a store that fails', () => {
  it.each<Fault>(['throttled', 'broken'])('is asked three times and no more: %s', async (fault) => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:BatchGetItem', ...three(fault), fault)
    await expect(sessions.read(session)).rejects.toMatchObject(unavailable)
    expect(cloud.calls).toEqual(Array(3).fill('dynamodb:BatchGetItem'))
  })

  it('that recovers is noticed by nobody', async () => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:BatchGetItem', 'throttled', 'broken')
    expect((await sessions.read(session)).session).toEqual(session)
    expect(cloud.calls).toHaveLength(3)
  })

  it('before it wrote has written nothing', async () => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:UpdateItem', ...three('broken'))
    await expect(sessions.end(session, NOW)).rejects.toMatchObject(unavailable)
    expect((await sessions.read(session)).session).toEqual(session)
  })

  it('in a transaction has written neither of its items', async () => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:TransactWriteItems', ...three('broken'))
    await expect(sessions.endOthers(session, 1, NOW)).rejects.toMatchObject(unavailable)
    expect(cloud.calls).toHaveLength(3)
    expect(await sessions.read(session)).toMatchObject({ gate: { epoch: 1 }, session })
  })
})

describe('an answer lost after the write', () => {
  it('leaves a rotation that its own repetition recognises', async () => {
    const { session, secret } = await signedIn(dynoxide())
    const to = rotationTo(session, secret, 'next', NOW)
    cloud.fail('dynamodb:UpdateItem', 'lost')
    const outcome = await sessions.rotate(to, { token: session.cur, family: session.fam })
    expect(outcome).toMatchObject({
      won: false,
      session: { cur: to.next, par: session.cur, sealed: to.sealed, gen: 2 },
    })
  })

  it('does not make the end of all others fail, nor happen twice', async () => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    expect(await sessions.endOthers(session, 1, NOW)).toBe(true)
    expect(await sessions.read(session)).toMatchObject({ gate: { epoch: 2 }, session: { epoch: 2 } })
  })

  it('does not make a sign-in fail', async () => {
    const { session } = await signedIn(dynoxide())
    const another = { ...session, sid: `${session.sid}2` }
    cloud.fail('dynamodb:PutItem', 'lost')
    await sessions.create(another)
    expect((await sessions.read(another)).session).toEqual(another)
  })
})

describe('a call that is never answered', () => {
  it('is given up and repeated, so early that three of them fit into the ten seconds of a function', async () => {
    const { session } = await signedIn(dynoxide())
    cloud.fail('dynamodb:GetItem', 'silent')
    cloud.fail('sqs:SendMessage', 'silent')
    const start = performance.now()
    const queue = queueAt(sqs(), cloud.variables.MAIL_QUEUE_URL ?? '')
    const [gate] = await Promise.all([
      sessions.readGate(session.userId),
      queue.send({ kind: 'sign-up', pendingId: 'pending' }),
    ])
    expect(gate).toMatchObject({ status: 'active' })
    expect(cloud.messages).toHaveLength(1)
    expect(cloud.calls.toSorted()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:GetItem',
      'sqs:SendMessage',
      'sqs:SendMessage',
    ])
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
