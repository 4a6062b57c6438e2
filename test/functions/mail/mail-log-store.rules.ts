import { describe, expect, it } from 'vitest'
import { mailLogStore } from '../../../functions/mail/mail-log-store.ts'
import { anId, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { rawItem } from '../../helpers/raw-items.ts'

const LEASE = 60
/** The queue keeps a message for 14 days. */
const QUEUE_KEEPS = 14 * DAY

export function mailLogRules(database: () => DynamoDb): void {
  const log = () => mailLogStore(database().db, TABLES.codes, 60)

  describe('a message', () => {
    it('is claimed by one of 64', async () => {
      const event = anId()
      const claims = await inParallel(64, () => log().claim(event, NOW))
      expect(claims.toSorted()).toEqual([...Array(63).fill('busy'), 'mine'])
    })

    it('once answered stays answered, for longer than the queue keeps it', async () => {
      const event = anId()
      await log().claim(event, NOW)
      await log().done(event)
      for (const later of [0, LEASE + 1, DAY, QUEUE_KEEPS]) {
        expect(await log().claim(event, NOW + later), `${later} s later`).toBe('done')
      }
      const { ttl } = (await rawItem(database(), TABLES.codes, `D#${event}`, 'done')) ?? {}
      expect(Number(ttl?.N)).toBeGreaterThan(NOW + QUEUE_KEEPS)
    })

    it('stays with its sender for as long as that one can run', async () => {
      const event = anId()
      await log().claim(event, NOW)
      expect(await log().claim(event, NOW + 1)).toBe('busy')
      expect(await log().claim(event, NOW + LEASE)).toBe('busy')
    })

    it('is taken over from a sender that died, by one of 64', async () => {
      const event = anId()
      await log().claim(event, NOW)
      const claims = await inParallel(64, () => log().claim(event, NOW + LEASE + 1))
      expect(claims.toSorted()).toEqual([...Array(63).fill('busy'), 'mine'])
      await log().done(event)
      expect(await log().claim(event, NOW + DAY)).toBe('done')
    })

    it('counts as new when what is known of it has expired, though the item is still there', async () => {
      const event = anId()
      await log().claim(event, NOW)
      await log().done(event)
      expect(await log().claim(event, NOW + 16 * DAY)).toBe('mine')
    })

    it('is not mistaken for another', async () => {
      const event = anId()
      await log().claim(event, NOW)
      expect(await log().claim(`${event}x`, NOW)).toBe('mine')
    })
  })

  describe('mails to an address', () => {
    it('are one a minute and five an hour', async () => {
      const address = `${anId()}@example.com`
      const at = [0, 1, 59, 60, 120, 180, 240, 300, 360, 3599, 3600]
      const allowed: number[] = []
      for (const second of at) if (await log().allow(address, anId(), NOW + second)) allowed.push(second)
      expect(allowed).toEqual([0, 60, 120, 180, 240, 3600])
    })

    it('are one under 64 parallel requests, the first and every later time', async () => {
      const address = `${anId()}@example.com`
      for (const second of [0, 60, 120]) {
        const allowed = await inParallel(64, () => log().allow(address, anId(), NOW + second))
        expect(allowed.filter(Boolean), `after ${second} s`).toHaveLength(1)
      }
    })

    it('are counted once each, however often the message comes again', async () => {
      const [address, eventId] = [`${anId()}@example.com`, anId()]
      for (const second of [0, 1, 180, 360, 540, 720, 900]) {
        expect(await log().allow(address, eventId, NOW + second), `after ${second} s`).toBe(true)
      }
      expect(await log().allow(address, anId(), NOW + 901)).toBe(true)
    })

    it('are counted for each address on its own', async () => {
      expect(await log().allow(`${anId()}@example.com`, anId(), NOW)).toBe(true)
      expect(await log().allow(`${anId()}@example.com`, anId(), NOW)).toBe(true)
    })

    it('are forgotten some time after the hour, not before', async () => {
      const address = `${anId()}@example.com`
      await log().allow(address, anId(), NOW)
      const { ttl } = (await rawItem(database(), TABLES.codes, `M#${address}`, 'mail')) ?? {}
      expect(Number(ttl?.N)).toBeGreaterThanOrEqual(NOW + 3600)
    })
  })
}
