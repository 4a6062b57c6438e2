import { describe, expect, it } from 'vitest'
import { isAlive, type Session } from '../../../functions/sessions/session.ts'
import { anId, aSession, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { rawItem } from '../../helpers/raw-items.ts'
import { GATE, openGate, present, sessionsIn, signedIn } from '../../helpers/sessions.ts'

export function sessionRules(database: () => DynamoDb): void {
  const sessions = () => sessionsIn(database())
  const read = async (session: Session) => (await sessions().read(session)).session
  const raw = ({ userId, sid }: Session) => rawItem(database(), TABLES.sessions, userId, `s#${sid}`)
  const stateOf = async (session: Session, now = NOW) => {
    const { gate, session: found } = await sessions().read(session)
    return { alive: isAlive(found, gate, now), epoch: gate?.epoch }
  }

  describe('a session is remembered', () => {
    it('whole, and read back beside its gate', async () => {
      const { session } = await signedIn(database())
      expect(await sessions().read(session)).toEqual({ gate: expect.objectContaining(GATE), session })
      expect(await sessions().readGate(session.userId)).toMatchObject(GATE)
    })

    it('for a day longer than it may be idle', async () => {
      const { session } = await signedIn(database())
      expect((await raw(session))?.ttl).toEqual({ N: String(session.idleUntil + DAY) })
    })

    it('without any token: hashes only', async () => {
      const { session, family, secret } = await signedIn(database())
      const { secret: successor } = await present(database(), session, { family, secret })
      const text = JSON.stringify(await raw(session))
      for (const token of [family, secret, successor]) expect(text).not.toContain(token)
    })

    it('once: a second one of the same id is refused and changes nothing', async () => {
      const { session } = await signedIn(database())
      const second = { ...session, cur: 'hash of another token', device: 'another' }
      await expect(sessions().create(second)).rejects.toMatchObject({ code: 'store_unavailable' })
      expect(await read(session)).toEqual(session)
    })

    it('also when the answer was lost and the same call comes again', async () => {
      const { session } = await signedIn(database())
      await sessions().create(session)
      expect(await read(session)).toEqual(session)
    })

    it('and what is absent is undefined, gate or session', async () => {
      const absent = aSession()
      expect(await sessions().read(absent)).toEqual({ gate: undefined, session: undefined })
      expect(await sessions().readGate(absent.userId)).toBeUndefined()
      await openGate(database(), absent.userId)
      expect(await sessions().read(absent)).toMatchObject({ gate: GATE, session: undefined })
    })
  })

  describe('ending', () => {
    it('one session leaves the others alive', async () => {
      const { session } = await signedIn(database())
      const other = aSession({ userId: session.userId })
      await sessions().create(other)
      expect(await sessions().end(session, NOW)).toBe(true)
      expect(await read(session)).toEqual({ ...session, endedAt: NOW, why: 'ended' })
      expect(await stateOf(session)).toMatchObject({ alive: false })
      expect(await stateOf(other)).toMatchObject({ alive: true })
    })

    it('an ended one is no error and keeps its time', async () => {
      const { session } = await signedIn(database())
      await sessions().end(session, NOW)
      expect(await sessions().end(session, NOW + 9)).toBe(true)
      expect(await read(session)).toMatchObject({ endedAt: NOW })
    })

    it('an unknown one, or one of another user, says so and makes no item', async () => {
      const { session } = await signedIn(database())
      const foreign = { ...session, userId: anId() }
      expect(await sessions().end(foreign, NOW)).toBe(false)
      expect(await raw(foreign)).toBeUndefined()
      expect(await stateOf(session)).toMatchObject({ alive: true })
    })

    it('all takes one epoch, and loses none under 64 parallel calls', async () => {
      const { session } = await signedIn(database())
      const other = aSession({ userId: session.userId })
      await sessions().create(other)
      await sessions().endAll(session.userId)
      expect(await stateOf(session)).toEqual({ alive: false, epoch: 2 })
      expect(await stateOf(other)).toEqual({ alive: false, epoch: 2 })
      await inParallel(64, () => sessions().endAll(session.userId))
      expect(await stateOf(session)).toEqual({ alive: false, epoch: 66 })
    })

    it('all of a user without a gate makes none', async () => {
      const userId = anId()
      await sessions().endAll(userId)
      expect(await sessions().readGate(userId)).toBeUndefined()
    })

    it('all leaves a session dead that was being opened meanwhile', async () => {
      const { session } = await signedIn(database())
      const opened = aSession({ userId: session.userId, epoch: 1 })
      await sessions().endAll(session.userId)
      await sessions().create(opened)
      expect(await stateOf(opened)).toMatchObject({ alive: false })
    })
  })

  describe('ending all others', () => {
    it('keeps the session that asks and kills the rest', async () => {
      const { session } = await signedIn(database())
      const other = aSession({ userId: session.userId })
      await sessions().create(other)
      expect(await sessions().endOthers(session, 1, NOW)).toBe(true)
      expect(await stateOf(session)).toEqual({ alive: true, epoch: 2 })
      expect(await stateOf(other)).toMatchObject({ alive: false })
      expect(await read(session)).toEqual({ ...session, epoch: 2 })
    })

    it.each<[string, Partial<Session>, number]>([
      ['whose epoch has passed', {}, 0],
      ['whose epoch is still to come', {}, 2],
      ['that was ended', { endedAt: NOW - 1 }, 1],
      ['that is at its idle limit', { idleUntil: NOW }, 1],
      ['that is at its absolute limit', { endsAt: NOW }, 1],
      ['that belongs to an earlier epoch than the gate', { epoch: 0 }, 1],
    ])('does nothing for a session %s: neither gate nor session moves', async (_, changes, epoch) => {
      const { session } = await signedIn(database(), changes)
      expect(await sessions().endOthers(session, epoch, NOW)).toBe(false)
      expect(await sessions().read(session)).toMatchObject({ gate: { epoch: 1 }, session })
    })

    it('by 16 sessions at once leaves exactly one', async () => {
      const { session } = await signedIn(database())
      const all = [session, ...Array.from({ length: 15 }, () => aSession({ userId: session.userId }))]
      for (const each of all.slice(1)) await sessions().create(each)
      const won = await inParallel(16, (at) => endOthersIfStored(all[at] ?? session))
      expect(won.filter(Boolean)).toHaveLength(1)
      const alive = await inParallel(16, async (at) => (await stateOf(all[at] ?? session)).alive)
      expect(alive).toEqual(won)
    })

    /** A store that gives up on a conflict has changed nothing. */
    async function endOthersIfStored(session: Session): Promise<boolean> {
      return sessions()
        .endOthers(session, 1, NOW)
        .catch((error: { code?: string }) => {
          expect(error.code).toBe('store_unavailable')
          return false
        })
    }
  })

  describe('a page of sessions', () => {
    it('comes in the order of ids, without the ended, the expired, the gate and other users', async () => {
      const { session } = await signedIn(database())
      const mine = (changes: Partial<Session>) => aSession({ userId: session.userId, ...changes })
      const dead = [mine({ endedAt: NOW }), mine({ idleUntil: NOW }), mine({ endsAt: NOW })]
      const living = [session, mine({}), mine({ idleUntil: NOW + 1 }), mine({ endsAt: NOW + 1 })]
      for (const each of [...dead, ...living.slice(1)]) await sessions().create(each)
      await signedIn(database())
      const sorted = living.toSorted((a, b) => (a.sid < b.sid ? -1 : 1))
      expect(await sessions().page(session.userId, undefined, 100, NOW)).toEqual({ sessions: sorted, last: undefined })
    })

    it('goes on where the last one ended', async () => {
      const { session } = await signedIn(database())
      const all = [session, ...Array.from({ length: 6 }, () => aSession({ userId: session.userId }))]
      for (const each of all.slice(1)) await sessions().create(each)
      const found: Session[] = []
      let after: string | undefined
      do {
        const page = await sessions().page(session.userId, after, 3, NOW)
        expect(page.sessions.length).toBeLessThanOrEqual(3)
        found.push(...page.sessions)
        after = page.last
      } while (after !== undefined)
      expect(found).toEqual(all.toSorted((a, b) => (a.sid < b.sid ? -1 : 1)))
    })
  })
}
