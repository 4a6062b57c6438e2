import { describe, expect, it } from 'vitest'
import { hashOf, newSecret, openSeal } from '../../../functions/crypto/secrets.ts'
import { isAlive, lostRotation, type Session } from '../../../functions/sessions/session.ts'
import { aSession, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { rawItem } from '../../helpers/raw-items.ts'
import { present, rotationTo, sessionsIn, signedIn } from '../../helpers/sessions.ts'

const LATE = NOW + 31

export function rotationRules(database: () => DynamoDb, { rounds }: { rounds: number }): void {
  const sessions = () => sessionsIn(database())
  const read = async (session: Session) => (await sessions().read(session)).session
  const raw = ({ userId, sid }: Session) => rawItem(database(), TABLES.sessions, userId, `s#${sid}`)
  const stateOf = async (session: Session, now = NOW) => {
    const { gate, session: found } = await sessions().read(session)
    return { alive: isAlive(found, gate, now), epoch: gate?.epoch }
  }

  describe('rotation', () => {
    it('makes the live token the parent of the next one and moves nothing else', async () => {
      const { session, secret } = await signedIn(database(), { seen: 1 })
      const to = rotationTo(session, secret, newSecret(), NOW + 60)
      const outcome = await sessions().rotate(to, { token: session.cur, family: session.fam })
      const after = {
        ...session,
        par: session.cur,
        cur: to.next,
        sealed: to.sealed,
        gen: 2,
        rotatedAt: NOW + 60,
        idleUntil: to.idleUntil,
      }
      expect(outcome).toEqual({ won: true, session: after })
      expect(await read(session)).toEqual(after)
      expect((await raw(session))?.ttl).toEqual({ N: String(to.idleUntil + DAY) })
    })

    it.each<[string, Partial<Session>, Partial<{ token: string; family: string }>]>([
      ['for another token', {}, { token: 'other' }],
      ['for another family', {}, { family: 'other' }],
      ['for the parent', { par: 'parent' }, { token: 'parent' }],
      ['once ended', { endedAt: NOW - 1, why: 'ended' }, {}],
      ['at the idle limit', { idleUntil: NOW }, {}],
      ['at the absolute limit', { endsAt: NOW }, {}],
    ])('is refused %s, tells what stands in the way and writes nothing', async (_, changes, presented) => {
      const { session } = await signedIn(database(), changes)
      const hashes = { token: session.cur, family: session.fam, ...presented }
      const outcome = await sessions().rotate(rotationTo(session, 'presented', 'next', NOW), hashes)
      expect(outcome).toEqual({ won: false, session })
      expect(await read(session)).toEqual(session)
    })

    it('still goes through one second before both limits', async () => {
      const { session } = await signedIn(database(), { idleUntil: NOW + 1, endsAt: NOW + 1 })
      const hashes = { token: session.cur, family: session.fam }
      expect(await sessions().rotate(rotationTo(session, 'presented', 'next', NOW), hashes)).toMatchObject({
        won: true,
      })
    })

    it('of a session that does not exist makes none', async () => {
      const absent = aSession()
      const outcome = await sessions().rotate(rotationTo(absent, 'presented', 'next', NOW), {
        token: absent.cur,
        family: absent.fam,
      })
      expect(outcome).toEqual({ won: false, session: undefined })
      expect(await raw(absent)).toBeUndefined()
    })

    it(`has one successor under 64 parallel presentations, ${rounds} rounds, and the session lives`, async () => {
      const { session, family, secret } = await signedIn(database())
      let live = secret
      for (let round = 1; round <= rounds; round++) {
        const answers = await inParallel(64, () => present(database(), session, { family, secret: live }, NOW + round))
        expect(answers.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
        expect(answers.filter(({ outcome }) => outcome === 'repeat')).toHaveLength(63)
        const successors = new Set(answers.map((answer) => answer.secret))
        expect(successors.size).toBe(1)
        live = answers[0]?.secret ?? ''
      }
      expect(await read(session)).toMatchObject({ gen: rounds + 1, cur: hashOf(live) })
      expect(await stateOf(session)).toEqual({ alive: true, epoch: 1 })
    })
  })

  describe('a late parent', () => {
    /** Rotated long ago, the answer was lost. */
    async function lostAnswer() {
      const { session, family, secret } = await signedIn(database(), { seen: 1 })
      const lost = await present(database(), session, { family, secret })
      return { session, family, secret, lost: lost.secret ?? '', hashes: { presented: hashOf(secret), gen: 2 } }
    }
    const to = (session: Session, secret: string, next = newSecret()) => rotationTo(session, secret, next, LATE)

    it('gets another successor in place of the unused one, and the parent stays', async () => {
      const { session, family, secret, hashes } = await lostAnswer()
      expect(await present(database(), session, { family, secret }, LATE)).toMatchObject({ outcome: 'late' })
      const before = await read(session)
      const next = to(session, secret)
      const outcome = await sessions().reissue(next, hashes)
      const after = {
        ...before,
        cur: next.next,
        sealed: next.sealed,
        gen: 3,
        rotatedAt: LATE,
        idleUntil: next.idleUntil,
      }
      expect(outcome).toEqual({ won: true, session: after })
      expect(await read(session)).toEqual(after)
    })

    it('makes the lost successor a trap', async () => {
      const { session, family, secret, lost, hashes } = await lostAnswer()
      await sessions().reissue(to(session, secret), hashes)
      expect(await present(database(), session, { family, secret: lost }, LATE)).toMatchObject({ outcome: 'reuse' })
    })

    it.each<[string, (session: Session) => Promise<unknown>, Partial<{ presented: string; gen: number }>]>([
      ['once the successor was used', (session) => sessions().markSeen(session, 2), {}],
      ['once the session ended', (session) => sessions().end(session, NOW + 1), {}],
      ['for a generation that has passed', async () => undefined, { gen: 1 }],
      ['for a token that is not the parent', async () => undefined, { presented: 'other' }],
    ])('gets nothing %s, and nothing is written', async (_, first, changes) => {
      const { session, secret, hashes } = await lostAnswer()
      await first(session)
      const before = await read(session)
      expect(await sessions().reissue(to(session, secret), { ...hashes, ...changes })).toEqual({
        won: false,
        session: before,
      })
      expect(await read(session)).toEqual(before)
    })

    it('gets nothing past a limit', async () => {
      const { session, secret, hashes } = await lostAnswer()
      const afterwards = rotationTo(session, secret, newSecret(), NOW + 30 * DAY)
      expect(await sessions().reissue(afterwards, hashes)).toMatchObject({ won: false })
      expect(await read(session)).toMatchObject({ gen: 2 })
    })

    it('that comes 64 times at once gets one successor, the same for all', async () => {
      const { session, secret, hashes } = await lostAnswer()
      const answers = await inParallel(64, async () => {
        const next = newSecret()
        const outcome = await sessions().reissue(to(session, secret, next), hashes)
        if (outcome.won) return next
        const presented = { token: hashOf(secret), family: session.fam }
        expect(lostRotation(outcome.session, presented, LATE)).toBe('repeat')
        return openSeal(outcome.session?.sealed ?? '', secret, session.sid)
      })
      expect(new Set(answers).size).toBe(1)
      expect(await read(session)).toMatchObject({ gen: 3, cur: hashOf(answers[0] ?? '') })
    })

    it('and the first use of its successor exclude each other', async () => {
      for (let round = 0; round < 20; round++) {
        const { session, secret, hashes } = await lostAnswer()
        const [outcome] = await Promise.all([
          sessions().reissue(to(session, secret), hashes),
          sessions().markSeen(session, 2),
        ])
        const after = await read(session)
        expect([after?.gen, after?.seen]).toEqual(outcome.won ? [3, 1] : [2, 2])
      }
    })
  })

  describe('the first use of a generation', () => {
    it('is marked', async () => {
      const { session } = await signedIn(database())
      await sessions().markSeen(session, 1)
      expect(await read(session)).toEqual({ ...session, seen: 1 })
    })

    it('is moot once the session was rotated', async () => {
      const { session, family, secret } = await signedIn(database())
      await present(database(), session, { family, secret })
      const before = await read(session)
      await sessions().markSeen(session, 1)
      expect(await read(session)).toEqual(before)
    })

    it('makes no item for a session that is gone', async () => {
      const absent = aSession()
      await sessions().markSeen(absent, 1)
      expect(await raw(absent)).toBeUndefined()
    })
  })

  describe('reuse', () => {
    it('ends the session, once: a later end changes neither time nor reason', async () => {
      const { session } = await signedIn(database())
      await sessions().endForReuse(session, session.fam, NOW + 1)
      await sessions().endForReuse(session, session.fam, NOW + 2)
      await sessions().end(session, NOW + 3)
      expect(await read(session)).toEqual({ ...session, endedAt: NOW + 1, why: 'reuse' })
    })

    it('by another family changes nothing', async () => {
      const { session } = await signedIn(database())
      await sessions().endForReuse(session, 'other', NOW)
      expect(await read(session)).toEqual(session)
    })

    it('does not claim a session that its owner ended', async () => {
      const { session } = await signedIn(database())
      await sessions().end(session, NOW)
      await sessions().endForReuse(session, session.fam, NOW + 1)
      expect(await read(session)).toEqual({ ...session, endedAt: NOW, why: 'ended' })
    })

    it('of a session that is gone makes no item', async () => {
      const absent = aSession()
      await sessions().endForReuse(absent, absent.fam, NOW)
      expect(await raw(absent)).toBeUndefined()
    })

    it('is found in a used parent with a used successor after the window', async () => {
      const { session, family, secret } = await signedIn(database())
      await present(database(), session, { family, secret })
      await sessions().markSeen(session, 2)
      expect(await present(database(), session, { family, secret }, LATE)).toMatchObject({ outcome: 'reuse' })
    })
  })
}
