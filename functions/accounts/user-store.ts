import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Ahead } from '../data/ahead.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, table } from '../data/table.ts'
import { ABSENT, deleteIn, EXISTS, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { gateKey } from '../sessions/session-store.ts'
import type { Login, Profile } from './user.ts'

const loginKey = (canonical: string): Item => toItem({ pk: `E#${canonical}`, sk: 'login' })
const profileKey = (userId: string): Item => toItem({ pk: userId, sk: 'profile' })
const DAY = 86_400

/** The login item holds the hash of the account's password and makes its address unique. */
export function putUser(tableName: string, { id, ...profile }: Profile, phc: string): TransactWriteItem[] {
  const login = { ...loginKey(profile.login), ...toItem({ userId: id, address: profile.email, phc }) }
  return [
    putIn(tableName, login, { only: ABSENT }),
    putIn(tableName, { ...profileKey(id), ...toItem(profile) }, { only: ABSENT }),
  ]
}

export function userStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  async function findProfile(userId: string, ahead?: Ahead): Promise<Profile | undefined> {
    const item = await items.get(profileKey(userId), ahead)
    return item && profileOf(item)
  }

  return {
    findProfile,
    profileKey: (userId: string) => items.keyed(profileKey(userId)),

    async findLogin(canonical: string): Promise<Login | undefined> {
      const item = await items.get(loginKey(canonical))
      return item && fromItem<Login>(item)
    },

    /** Stores a hash with stronger parameters for the same password. Leaves a hash alone that was changed meanwhile. */
    async replaceHash(canonical: string, from: string, to: string): Promise<void> {
      await items.update(loginKey(canonical), { set: 'SET #phc = :to', only: '#phc = :from', fields: { from, to } })
    },

    async rename(userId: string, name: string, ifVersion: number | undefined): Promise<Profile> {
      const outcome = await items.update(profileKey(userId), {
        set: 'SET #name = :name, #v = #v + :one',
        only: ifVersion === undefined ? EXISTS : `${EXISTS} AND #v = :v`,
        fields: { name, one: 1, v: ifVersion },
      })
      if (!isRefused(outcome)) return profileOf(outcome.Attributes ?? {})
      // One transaction removes the profile and shuts the gate, so without a profile there is no session either.
      if (!outcome.blocking) throw new LetheError('session_ended')
      const found = profileOf(outcome.blocking)
      // The client repeats the call because the answer was lost. This change is already made.
      if (ifVersion !== undefined && found.v === ifVersion + 1 && found.name === name) return found
      throw new LetheError('version_conflict')
    },

    /**
     * One transaction frees the address, deletes the profile, shuts the gate and makes the writes in `more`. Sessions
     * end because the gate is shut.
     */
    async remove(
      userId: string,
      sessionsTable: string,
      more: TransactWriteItem[],
      now: number,
      ahead?: Ahead,
    ): Promise<void> {
      const profile = await findProfile(userId, ahead)
      if (!profile) return
      const cancelled = await items.transact([
        deleteIn(tableName, loginKey(profile.login), { only: '#userId = :userId', fields: { userId } }),
        deleteIn(tableName, profileKey(userId)),
        ...more,
        updateIn(sessionsTable, gateKey(userId), {
          set: 'SET #status = :deleted, #epoch = #epoch + :one, #ttl = :ttl',
          only: EXISTS,
          fields: { deleted: 'deleted', one: 1, ttl: now + DAY },
        }),
      ])
      // Without a profile, a parallel deletion came first. With any other obstacle the client has to try again later.
      if (cancelled && (await findProfile(userId))) throw new LetheError('store_unavailable')
    },
  }
}

function profileOf(item: Item): Profile {
  const { pk, sk: _, ...fields } = fromItem<Profile & { pk: string; sk: string }>(item)
  return { ...fields, id: pk }
}
