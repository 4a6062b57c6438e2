import { describe, expect, it } from 'vitest'
import { CODE_TRIES, PENDING_LIFE } from '../../../functions/accounts/code.ts'
import { codesIn, profileFor, signedUp, usersIn, verify } from '../../helpers/accounts.ts'
import { anId, aPending, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { rawItem, rawItemsWith } from '../../helpers/raw-items.ts'

const EXPIRED = NOW + DAY

export function codeRules(database: () => DynamoDb): void {
  const codes = () => codesIn(database())
  const raw = (id: string) => rawItem(database(), TABLES.codes, `P#${id}`, 'signup')

  describe('a sign-up that waits', () => {
    it('is found as it was put, before its mail and after', async () => {
      const { tokenHash: _, codePhc: __, ...pending } = aPending()
      await codes().putPending(pending)
      expect(await codes().findPending(pending.id, NOW)).toEqual(pending)
      const made = { tokenHash: 'hash of a token', codePhc: 'hash of a code' }
      expect(await codes().setCodes(pending.id, made, NOW)).toBe(true)
      expect(await codes().findPending(pending.id, NOW)).toEqual({ ...pending, ...made })
    })

    it('lives a day, which the store is told', async () => {
      const pending = await signedUp(database())
      expect(PENDING_LIFE).toBe(DAY)
      expect((await raw(pending.id))?.ttl).toEqual({ N: String(pending.expiresAt) })
    })

    it('counts as absent from its last second on, though its item is still there', async () => {
      const pending = await signedUp(database())
      const { id } = pending
      const made = { tokenHash: 'new', codePhc: 'new' }
      expect(await codes().findPending(id, EXPIRED - 1)).toBeDefined()
      expect(await codes().findPending(id, EXPIRED)).toBeUndefined()
      expect(await codes().setCodes(id, made, EXPIRED)).toBe(false)
      expect(await codes().takeTry(id, EXPIRED)).toBeUndefined()
      expect(await verify(database(), pending, profileFor(pending), EXPIRED)).toBe('used')
      expect(await codes().findPending(id, NOW)).toEqual(pending)
      expect(await codes().takeTry(id, EXPIRED - 1)).toBeDefined()
      expect(await verify(database(), pending, profileFor(pending), EXPIRED - 1)).toBe('created')
    })

    it('is not made by anything that comes too late for it', async () => {
      const pending = aPending()
      expect(await codes().findPending(pending.id, NOW)).toBeUndefined()
      expect(await codes().setCodes(pending.id, { tokenHash: 'new', codePhc: 'new' }, NOW)).toBe(false)
      expect(await codes().takeTry(pending.id, NOW)).toBeUndefined()
      expect(await verify(database(), pending, profileFor(pending))).toBe('used')
      expect(await raw(pending.id)).toBeUndefined()
    })
  })

  describe('guesses at the typed code', () => {
    it('are five', async () => {
      const { id } = await signedUp(database())
      expect(CODE_TRIES).toBe(5)
      for (let guess = 1; guess <= 5; guess++) {
        expect(await codes().takeTry(id, NOW), `guess ${guess}`).toMatchObject({ id, codePhc: 'the hash of a code' })
      }
      expect(await codes().takeTry(id, NOW)).toBeUndefined()
    })

    it('are five under 64 parallel ones', async () => {
      const { id } = await signedUp(database())
      const judged = await inParallel(64, () => codes().takeTry(id, NOW))
      expect(judged.filter(Boolean)).toHaveLength(5)
      expect((await raw(id))?.tries).toEqual({ N: '5' })
    })

    it('are not given again by another mail', async () => {
      const { id } = await signedUp(database())
      await inParallel(5, () => codes().takeTry(id, NOW))
      await codes().setCodes(id, { tokenHash: 'new', codePhc: 'new' }, NOW)
      expect(await codes().takeTry(id, NOW)).toBeUndefined()
    })

    it('leave the link usable when they are used up', async () => {
      const pending = await signedUp(database())
      await inParallel(64, () => codes().takeTry(pending.id, NOW))
      expect(await codes().findPending(pending.id, NOW)).toMatchObject(pending)
      expect(await verify(database(), pending, profileFor(pending))).toBe('created')
    })

    it('are not counted before there is a code', async () => {
      const { tokenHash: _, codePhc: __, ...pending } = aPending()
      await codes().putPending(pending)
      expect(await codes().takeTry(pending.id, NOW)).toBeUndefined()
      expect((await raw(pending.id))?.tries).toBeUndefined()
    })
  })

  describe('verification', () => {
    it('makes the account and uses the sign-up, once', async () => {
      const pending = await signedUp(database())
      expect(await verify(database(), pending, profileFor(pending))).toBe('created')
      expect(await raw(pending.id)).toBeUndefined()
      expect(await verify(database(), pending, profileFor(pending))).toBe('used')
    })

    it('of one token 64 times at once makes one account', async () => {
      const pending = await signedUp(database())
      // A store that gives up on a conflict has changed nothing.
      const outcomes = await inParallel(64, () =>
        verify(database(), pending, profileFor(pending)).catch(({ code }) => code),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(outcomes).not.toContain('taken')
      expect(await rawItemsWith(database(), TABLES.users, 'login', pending.login)).toHaveLength(1)
    })

    it('by the token of an earlier mail is refused and leaves the sign-up as it was', async () => {
      const pending = await signedUp(database())
      const made = { tokenHash: 'of a later mail', codePhc: 'of a later mail' }
      await codes().setCodes(pending.id, made, NOW)
      expect(await verify(database(), pending, profileFor(pending))).toBe('used')
      expect(await usersIn(database()).findLogin(pending.login)).toBeUndefined()
      expect(await codes().findPending(pending.id, NOW)).toEqual({ ...pending, ...made })
    })

    it('for an address that is taken makes nothing and says so', async () => {
      const login = `${anId().toLowerCase()}@example.com`
      const first = await signedUp(database(), { login })
      await verify(database(), first, profileFor(first))
      const second = await signedUp(database(), { login })
      expect(await verify(database(), second, profileFor(second))).toBe('taken')
      expect(await codes().findPending(second.id, NOW)).toEqual(second)
    })
  })
}
