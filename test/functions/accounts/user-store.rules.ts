import { describe, expect, it } from 'vitest'
import { isAlive } from '../../../functions/sessions/session.ts'
import { profileFor, signedUp, usersIn, verify, withAccount } from '../../helpers/accounts.ts'
import { anId, aSession, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { putRaw, rawItem, rawItemsWith } from '../../helpers/raw-items.ts'
import { sessionsIn } from '../../helpers/sessions.ts'

export function userRules(database: () => DynamoDb): void {
  const users = () => usersIn(database())
  const sessions = () => sessionsIn(database())
  const remove = (userId: string) => users().remove(userId, TABLES.sessions, [], NOW)

  describe('an account', () => {
    it('is found by its canonical address and by its id, with an open gate', async () => {
      const { profile, pending } = await withAccount(database())
      expect(await users().findLogin(profile.login)).toMatchObject({
        userId: profile.id,
        address: profile.email,
        phc: pending.phc,
      })
      expect(await users().findProfile(profile.id)).toEqual(profile)
      expect(await sessions().readGate(profile.id)).toMatchObject({ status: 'active', epoch: 1, roles: [] })
    })

    it('is not found where there is none', async () => {
      expect(await users().findLogin('nobody@example.com')).toBeUndefined()
      expect(await users().findProfile(anId())).toBeUndefined()
    })

    it('keeps the hash of the password out of the profile', async () => {
      const { profile, pending } = await withAccount(database())
      expect(JSON.stringify(await users().findProfile(profile.id))).not.toContain(pending.phc)
    })
  })

  describe('one canonical address has one account', () => {
    it('under 64 parallel verifications of 64 sign-ups', async () => {
      const login = `${anId().toLowerCase()}@example.com`
      const pendings = await inParallel(64, () => signedUp(database(), { login }))
      const profiles = pendings.map(profileFor)
      // A store that gives up on a conflict has changed nothing, and its client tries again.
      const outcomes = await inParallel(64, (at) =>
        verify(database(), pendings[at]!, profiles[at]!).catch(({ code }) => code),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(new Set(outcomes)).toSatisfy((seen: Set<string>) =>
        seen.isSubsetOf(new Set(['created', 'taken', 'store_unavailable'])),
      )
      const [profile, ...more] = await rawItemsWith(database(), TABLES.users, 'login', login)
      expect(more).toEqual([])
      expect((await users().findLogin(login))?.userId).toBe(profile?.pk?.S)
      const gates = await inParallel(64, (at) => sessions().readGate(profiles[at]!.id))
      expect(gates.filter(Boolean)).toHaveLength(1)
    })

    it('and who comes second changes nothing about it', async () => {
      const { profile } = await withAccount(database())
      const second = await signedUp(database(), { login: profile.login })
      const rival = profileFor(second)
      expect(await verify(database(), second, rival)).toBe('taken')
      expect((await users().findLogin(profile.login))?.userId).toBe(profile.id)
      expect(await users().findProfile(rival.id)).toBeUndefined()
      expect(await sessions().readGate(rival.id)).toBeUndefined()
    })
  })

  describe('renaming', () => {
    it('moves the version on', async () => {
      const { profile } = await withAccount(database())
      expect(await users().rename(profile.id, 'Joan', undefined)).toEqual({ ...profile, name: 'Joan', v: 2 })
      expect(await users().rename(profile.id, 'Jo', 2)).toEqual({ ...profile, name: 'Jo', v: 3 })
      expect(await users().findProfile(profile.id)).toEqual({ ...profile, name: 'Jo', v: 3 })
    })

    it.each([0, 2, -1])('is refused for version %i of a profile of version 1', async (version) => {
      const { profile } = await withAccount(database())
      await expect(users().rename(profile.id, 'Joan', version)).rejects.toMatchObject({ code: 'version_conflict' })
      expect(await users().findProfile(profile.id)).toEqual(profile)
    })

    it('of one version 64 times at once succeeds once', async () => {
      const { profile } = await withAccount(database())
      const names = await inParallel(64, (at) =>
        users()
          .rename(profile.id, `Jane ${at}`, 1)
          .then(({ name }) => name)
          .catch(({ code }) => code),
      )
      const won = names.filter((name) => name !== 'version_conflict')
      expect(won).toHaveLength(1)
      expect(await users().findProfile(profile.id)).toEqual({ ...profile, name: won[0], v: 2 })
    })

    it('is done when the answer was lost and the same call comes again', async () => {
      const { profile } = await withAccount(database())
      await users().rename(profile.id, 'Joan', 1)
      expect(await users().rename(profile.id, 'Joan', 1)).toEqual({ ...profile, name: 'Joan', v: 2 })
      await users().rename(profile.id, 'Jo', 2)
      await expect(users().rename(profile.id, 'Joan', 1)).rejects.toMatchObject({ code: 'version_conflict' })
      await users().rename(profile.id, 'Joan', 3)
      await expect(users().rename(profile.id, 'Joan', 1)).rejects.toMatchObject({ code: 'version_conflict' })
    })

    it('of an account that is gone makes none', async () => {
      const id = anId()
      await expect(users().rename(id, 'Joan', undefined)).rejects.toMatchObject({ code: 'session_ended' })
      expect(await rawItem(database(), TABLES.users, id, 'profile')).toBeUndefined()
    })
  })

  describe('a stronger hash of the same password', () => {
    it('takes the place of the one it was made from', async () => {
      const { profile, pending } = await withAccount(database())
      await users().replaceHash(profile.login, pending.phc, 'stronger')
      expect((await users().findLogin(profile.login))?.phc).toBe('stronger')
    })

    it('never that of a password changed meanwhile, and makes no login', async () => {
      const { profile, pending } = await withAccount(database())
      await users().replaceHash(profile.login, 'of another password', 'stronger')
      expect((await users().findLogin(profile.login))?.phc).toBe(pending.phc)
      await users().replaceHash('nobody@example.com', 'any', 'stronger')
      expect(await users().findLogin('nobody@example.com')).toBeUndefined()
    })
  })

  describe('deletion', () => {
    it('takes login and profile, and shuts the gate until the store forgets it', async () => {
      const { profile } = await withAccount(database())
      const session = aSession({ userId: profile.id })
      await sessions().create(session)
      await remove(profile.id)
      expect(await users().findLogin(profile.login)).toBeUndefined()
      expect(await users().findProfile(profile.id)).toBeUndefined()
      expect(await sessions().readGate(profile.id)).toMatchObject({ status: 'deleted', epoch: 2 })
      expect((await rawItem(database(), TABLES.sessions, profile.id, 'gate'))?.ttl).toEqual({ N: String(NOW + DAY) })
      const state = await sessions().read(session)
      expect(isAlive(state.session, state.gate, NOW)).toBe(false)
    })

    it('frees the address for another account, which a repeated deletion leaves alone', async () => {
      const { profile } = await withAccount(database())
      await remove(profile.id)
      const next = await signedUp(database(), { login: profile.login })
      const successor = profileFor(next)
      expect(await verify(database(), next, successor)).toBe('created')
      await remove(profile.id)
      expect((await users().findLogin(profile.login))?.userId).toBe(successor.id)
      expect(await users().findProfile(successor.id)).toEqual(successor)
      expect(await sessions().readGate(successor.id)).toMatchObject({ status: 'active', epoch: 1 })
    })

    it('asked for eight times at once happens once', async () => {
      const { profile } = await withAccount(database())
      await inParallel(8, () => remove(profile.id).catch(({ code }) => expect(code).toBe('store_unavailable')))
      expect(await users().findProfile(profile.id)).toBeUndefined()
      expect(await sessions().readGate(profile.id)).toMatchObject({ status: 'deleted', epoch: 2 })
    })

    it('happens whole or not at all: what stands in its way leaves everything for a later try', async () => {
      const { profile } = await withAccount(database())
      const { profile: other } = await withAccount(database())
      // A profile that names a login which belongs to another account.
      await putRaw(database(), TABLES.users, {
        ...(await rawItem(database(), TABLES.users, profile.id, 'profile')),
        login: { S: other.login },
      })
      await expect(remove(profile.id)).rejects.toMatchObject({ code: 'store_unavailable' })
      expect((await users().findLogin(other.login))?.userId).toBe(other.id)
      expect(await users().findProfile(profile.id)).toMatchObject({ id: profile.id })
      expect(await sessions().readGate(profile.id)).toMatchObject({ status: 'active', epoch: 1 })
    })
  })
}
