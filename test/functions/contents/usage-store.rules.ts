import { describe, expect, it } from 'vitest'
import type { Limits } from '../../../functions/contents/room.ts'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { usageIn } from '../../helpers/files.ts'
import { rawItem } from '../../helpers/raw-items.ts'
import { justBefore } from '../../helpers/sent-writes.ts'

const LIMITS: Limits = { quota: 100, open: 10 }
const TOO_MUCH = { code: 'quota_exceeded' }
const aReservation = (size: number) => ({ id: anId(), size, at: NOW })

export function usageRules(database: () => DynamoDb, { rounds }: { rounds: number }): void {
  const usage = () => usageIn(database())
  const figures = async (userId: string, limits = LIMITS) => {
    const { quota, used, open } = await usage().read(userId, limits)
    return { quota, used, open: open.length }
  }
  const own = (userId: string, mine: number | undefined, otherwise = LIMITS.quota) =>
    usageStore(database().db, TABLES.files).setQuota({ userId, own: mine, otherwise })
  async function holding(size: number, limits = LIMITS) {
    const userId = anId()
    const reservation = aReservation(size)
    await usage().reserve(userId, reservation, limits)
    return { userId, reservation }
  }

  describe('room', () => {
    it('is all there for one who keeps nothing', async () => {
      expect(await figures(anId())).toEqual({ quota: 100, used: 0, open: 0 })
    })

    it('is taken to the last byte, and not one more', async () => {
      const { userId } = await holding(60)
      expect(await usage().reserve(userId, aReservation(40), LIMITS)).toBe(true)
      await expect(usage().reserve(userId, aReservation(1), LIMITS)).rejects.toMatchObject(TOO_MUCH)
      await usage().reserve(userId, aReservation(0), LIMITS)
      expect(await figures(userId)).toEqual({ quota: 100, used: 100, open: 3 })
    })

    it('is refused to a first upload that is larger than all of it, and nothing is remembered', async () => {
      const userId = anId()
      await expect(usage().reserve(userId, aReservation(101), LIMITS)).rejects.toMatchObject(TOO_MUCH)
      expect(await rawItem(database(), TABLES.files, `U#${userId}`, 'usage')).toBeUndefined()
    })

    it('that an upload holds is not taken again, by whoever repeats it', async () => {
      const { userId, reservation } = await holding(60)
      const taken = await inParallel(16, () => usage().reserve(userId, { ...reservation, at: NOW + 1 }, LIMITS))
      expect(taken).toEqual(Array(16).fill(false))
      expect(await figures(userId)).toEqual({ quota: 100, used: 60, open: 1 })
    })

    it('for one size is no room for another: the same upload with more bytes is refused', async () => {
      const { userId, reservation } = await holding(1)
      for (const size of [0, 2, 100, 5000]) {
        const other = usage().reserve(userId, { ...reservation, size }, LIMITS)
        await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' })
      }
      expect(await figures(userId)).toEqual({ quota: 100, used: 1, open: 1 })
    })

    it('is given back once when the upload dies, however many say so', async () => {
      const { userId, reservation } = await holding(60)
      await usage().reserve(userId, aReservation(7), LIMITS)
      await inParallel(64, () => usage().release(userId, reservation))
      expect(await figures(userId)).toEqual({ quota: 100, used: 7, open: 1 })
    })

    it('stays taken when the upload became a file, and its place among the open is free, once', async () => {
      const { userId, reservation } = await holding(60)
      await usage().reserve(userId, aReservation(7), LIMITS)
      await inParallel(64, () => usage().settle(userId, reservation.id))
      await inParallel(64, () => usage().release(userId, reservation))
      expect(await figures(userId)).toEqual({ quota: 100, used: 67, open: 1 })
    })

    it('of one that is settled and released at once is kept or given back, never half', async () => {
      for (let round = 0; round < 20; round++) {
        const { userId, reservation } = await holding(60)
        await inParallel(64, (at) =>
          at % 2 === 0 ? usage().settle(userId, reservation.id) : usage().release(userId, reservation),
        )
        expect([0, 60]).toContain((await figures(userId)).used)
        expect((await figures(userId)).open).toBe(0)
      }
    })

    it('of users that are unknown is neither released nor settled into being', async () => {
      const userId = anId()
      await usage().release(userId, aReservation(5))
      await usage().settle(userId, anId())
      expect(await rawItem(database(), TABLES.files, `U#${userId}`, 'usage')).toBeUndefined()
    })
  })

  describe('open uploads', () => {
    it('are as many as may be, and one more when one of them ends', async () => {
      const { userId, reservation } = await holding(1)
      for (let count = 1; count < 10; count++) await usage().reserve(userId, aReservation(1), LIMITS)
      const another = aReservation(1)
      await expect(usage().reserve(userId, another, LIMITS)).rejects.toMatchObject({ code: 'too_many_uploads' })
      await usage().settle(userId, reservation.id)
      await usage().reserve(userId, another, LIMITS)
      expect((await usage().open(userId)).length).toBe(10)
    })

    it('of 64 begun at once are ten', async () => {
      const userId = anId()
      const outcomes = await inParallel(64, () =>
        usage()
          .reserve(userId, aReservation(1), LIMITS)
          .then(
            () => 'taken',
            (error: { code: string }) => error.code,
          ),
      )
      expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(10)
      expect(outcomes.filter((outcome) => outcome === 'too_many_uploads')).toHaveLength(54)
    })
  })

  describe('the quota of the deployment', () => {
    it('counts from the next upload when it was raised, also below what is kept', async () => {
      const { userId } = await holding(90)
      const raised = { ...LIMITS, quota: 200 }
      expect(await figures(userId, raised)).toEqual({ quota: 200, used: 90, open: 1 })
      await usage().reserve(userId, aReservation(110), raised)
      await expect(usage().reserve(userId, aReservation(1), raised)).rejects.toMatchObject(TOO_MUCH)
      expect(await figures(userId, raised)).toEqual({ quota: 200, used: 200, open: 2 })
    })

    it('takes nothing away when it was lowered, and lets nothing more in', async () => {
      const { userId, reservation } = await holding(90)
      const lowered = { ...LIMITS, quota: 50 }
      for (const size of [0, 1]) {
        await expect(usage().reserve(userId, aReservation(size), lowered)).rejects.toMatchObject(TOO_MUCH)
      }
      expect(await figures(userId, lowered)).toEqual({ quota: 50, used: 90, open: 1 })
      await usage().release(userId, reservation)
      await usage().reserve(userId, aReservation(50), lowered)
      await expect(usage().reserve(userId, aReservation(1), lowered)).rejects.toMatchObject(TOO_MUCH)
    })

    it('raised between 64 uploads at once is adopted once', async () => {
      const { userId } = await holding(90)
      const raised = { quota: 200, open: 100 }
      await inParallel(64, () => usage().reserve(userId, aReservation(1), raised).catch(busy))
      const { used, open } = await figures(userId, raised)
      expect(used).toBe(90 + (open - 1))
      await usage().reserve(userId, aReservation(200 - used), raised)
      await expect(usage().reserve(userId, aReservation(1), raised)).rejects.toMatchObject(TOO_MUCH)
    })
  })

  describe('a quota of one’s own', () => {
    it('above the deployment’s is used to the last byte, by one upload or several', async () => {
      const userId = anId()
      await own(userId, 500)
      await usage().reserve(userId, aReservation(300), LIMITS)
      await usage().reserve(userId, aReservation(200), LIMITS)
      await expect(usage().reserve(userId, aReservation(1), LIMITS)).rejects.toMatchObject(TOO_MUCH)
      expect(await figures(userId)).toEqual({ quota: 500, used: 500, open: 2 })
    })

    it('below it, down to none, refuses what is above it and counts what was kept before', async () => {
      const { userId } = await holding(60)
      await own(userId, 70)
      await expect(usage().reserve(userId, aReservation(11), LIMITS)).rejects.toMatchObject(TOO_MUCH)
      await usage().reserve(userId, aReservation(10), LIMITS)
      await own(userId, 0)
      expect(await figures(userId)).toEqual({ quota: 0, used: 70, open: 2 })
      await expect(usage().reserve(userId, aReservation(0), LIMITS)).rejects.toMatchObject(TOO_MUCH)
    })

    it('set while the deployment’s new one is adopted is not adopted over', async () => {
      const { userId } = await holding(10)
      const db = clientOf(database().url)
      // Between the look that found the old quota and the write that would change it.
      justBefore(db, 'UpdateItem', () => own(userId, 100), { nth: 2 })
      const raised = { ...LIMITS, quota: 200 }
      await usageStore(db, TABLES.files).reserve(userId, aReservation(1), raised)
      await expect(usage().reserve(userId, aReservation(90), raised)).rejects.toMatchObject(TOO_MUCH)
      expect(await figures(userId)).toEqual({ quota: 100, used: 11, open: 2 })
    })

    it('stays when the deployment’s changes', async () => {
      const userId = anId()
      await own(userId, 500)
      await usage().reserve(userId, aReservation(300), { ...LIMITS, quota: 1000 })
      await usage().reserve(userId, aReservation(200), { ...LIMITS, quota: 10 })
      await expect(usage().reserve(userId, aReservation(1), { ...LIMITS, quota: 1000 })).rejects.toMatchObject(TOO_MUCH)
    })

    it('taken back gives the deployment’s, with what is kept counted', async () => {
      const { userId } = await holding(60)
      await own(userId, 500)
      await own(userId, undefined)
      expect(await figures(userId)).toEqual({ quota: 100, used: 60, open: 1 })
      await usage().reserve(userId, aReservation(40), LIMITS)
      await expect(usage().reserve(userId, aReservation(1), LIMITS)).rejects.toMatchObject(TOO_MUCH)
      // And follows the deployment's again.
      await usage().reserve(userId, aReservation(100), { ...LIMITS, quota: 200 })
    })

    it('set over and over, beside uploads, loses no byte', async () => {
      const { userId } = await holding(10)
      const limits = { ...LIMITS, open: 50 }
      await inParallel(32, async (at) => {
        if (at % 2 === 0) await own(userId, 100 + at).catch(busy)
        else await usage().reserve(userId, aReservation(1), limits)
      })
      expect((await figures(userId)).used).toBe(10 + 16)
      await own(userId, undefined)
      expect(await figures(userId)).toMatchObject({ quota: 100, used: 26 })
    })
  })

  it(`64 uploads at once never hold more than there is, in ${rounds} rounds with others that end meanwhile`, async () => {
    for (let round = 0; round < rounds; round++) await race(round)
  })

  /** Whoever holds room is counted by the test itself: at no moment may that be more than the quota. */
  async function race(round: number): Promise<void> {
    const userId = anId()
    const limits = { quota: 100, open: 100 }
    let held = 0
    await inParallel(64, async (at) => {
      const reservation = aReservation(1 + ((at * 7 + round) % 13))
      const won = await usage()
        .reserve(userId, reservation, limits)
        .then(() => true, isRefusal)
      if (!won) return
      held += reservation.size
      expect(held).toBeLessThanOrEqual(limits.quota)
      if (at % 3 !== 0) return
      // Counted off first: from the write on another can have it.
      held -= reservation.size
      await Promise.all([usage().release(userId, reservation), usage().release(userId, reservation)])
    })
    expect((await figures(userId, limits)).used).toBe(held)
  }
}

/** Whoever loses three races is told to come again. */
function busy(error: { code?: string }): void {
  expect(error.code).toBe('store_unavailable')
}

function isRefusal(error: { code?: string }): boolean {
  expect(error.code).toMatch(/^(quota_exceeded|store_unavailable)$/)
  return false
}
