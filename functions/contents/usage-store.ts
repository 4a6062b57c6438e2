import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, type Table, table } from '../data/table.ts'
import { updateIn } from '../data/write.ts'
import { checkRoom, isHeld, isOfAnotherQuota, type Limits, type Reservation, type Room } from './room.ts'

export type Usage = { quota: number; used: number; open: Reservation[] }

export const usageKey = (userId: string): Item => toItem({ pk: `U#${userId}`, sk: 'usage' })
/** Each open upload has its own attribute, so its room is given back once, even if several functions try. */
const SLOT = 'res#'
const slot = (id: string) => ({ '#slot': `${SLOT}${id}` })

/** Gives room back in the same transaction as the write that ends the object. */
export function giveRoom(tableName: string, userId: string, size: number): TransactWriteItem[] {
  // An empty file took no room. If its account is gone, the usage item may be gone too and an update would fail.
  if (size === 0) return []
  return [updateIn(tableName, usageKey(userId), { set: 'SET #room = #room + :size', fields: { size } })]
}

export function usageStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  return {
    ...quotas(items),
    reserve: reserving(items),
    keyOf: (userId: string) => items.keyed(usageKey(userId)),

    /** The upload became a file: its bytes stay taken, its slot is free again. */
    async settle(userId: string, id: string): Promise<void> {
      await items.update(usageKey(userId), {
        set: 'SET #count = #count - :one REMOVE #slot',
        only: 'attribute_exists(#slot)',
        fields: { one: 1 },
        names: slot(id),
      })
    },

    /** The upload died: its bytes and its slot are free again, exactly once. */
    async release(userId: string, { id, size, at }: Omit<Reservation, 'at'> & { at?: number }): Promise<void> {
      // With `at`, only this old reservation is given back, not a newer one that the same key took.
      const asSeen = at === undefined ? {} : { slot: [String(size), String(at)] }
      await items.update(usageKey(userId), {
        set: 'SET #count = #count - :one, #room = #room + :size REMOVE #slot',
        only: at === undefined ? 'attribute_exists(#slot)' : '#slot = :slot',
        fields: { one: 1, size, ...asSeen },
        names: slot(id),
      })
    },

    /** The ids of the open uploads into this user's folders. */
    async open(userId: string, ahead?: Ahead): Promise<string[]> {
      const item = await items.get(usageKey(userId), ahead)
      return item ? reservationsIn(item).map(({ id }) => id) : []
    },

    async read(userId: string, limits: Limits, ahead?: Ahead): Promise<Usage> {
      const item = await items.get(usageKey(userId), ahead)
      if (!item) return { quota: limits.quota, used: 0, open: [] }
      const { room = limits.quota, quota = limits.quota, own }: Room = fromItem(item)
      return { quota: own ?? limits.quota, used: quota - room, open: reservationsIn(item) }
    },
  }
}

/**
 * Takes the room by one conditional write before anything may be sent, so parallel uploads can never exceed the quota.
 * Does not take room again that this upload holds already: true only if this call took it.
 */
function reserving(items: Table) {
  function tryToReserve(userId: string, { id, size, at }: Reservation, limits: Limits) {
    const room = '#room = if_not_exists(#room, :quota) - :size'
    const fits = '#room >= :size AND (#quota = :quota OR attribute_exists(#own))'
    // A user without files has no item yet, and may use the whole quota.
    const fitsFirst = size <= limits.quota ? `(attribute_not_exists(#room) OR (${fits}))` : `(${fits})`
    return items.update(usageKey(userId), {
      set: `SET ${room}, #quota = if_not_exists(#quota, :quota), #count = if_not_exists(#count, :zero) + :one, #slot = :slot`,
      only: `attribute_not_exists(#slot) AND (attribute_not_exists(#count) OR #count < :open) AND ${fitsFirst}`,
      fields: { ...limits, size, zero: 0, one: 1, slot: [String(size), String(at)] },
      names: slot(id),
    })
  }

  /** The deployment's quota was changed after this item was written: the room changes by the same amount. */
  async function adopt(userId: string, { quota }: { quota: number }, next: number): Promise<void> {
    await items.update(usageKey(userId), {
      set: 'SET #room = #room + :difference, #quota = :next',
      only: '#quota = :quota AND attribute_not_exists(#own)',
      fields: { quota, next, difference: next - quota },
    })
  }

  return (userId: string, reservation: Reservation, limits: Limits): Promise<boolean> =>
    untilSettled(async () => {
      const outcome = await tryToReserve(userId, reservation, limits)
      if (!isRefused(outcome)) return true
      if (holds(outcome.blocking, reservation)) return false
      const found = roomIn(outcome.blocking)
      if (isOfAnotherQuota(found, limits)) await adopt(userId, found, limits.quota)
      else checkRoom(found, reservation, limits)
      return undefined
    })
}

function quotas(items: Table) {
  return {
    /** Sets an operator's quota for one user. Without `own`, the quota of the deployment applies again. */
    async setQuota({ userId, own, otherwise }: { userId: string; own: number | undefined; otherwise: number }) {
      const next = own ?? otherwise
      await untilSettled(async () => {
        const item = await items.get(usageKey(userId))
        const { quota = otherwise, room = quota } = roomIn(item)
        const outcome = await items.update(usageKey(userId), {
          set:
            'SET #quota = :next, #room = if_not_exists(#room, :room) + :difference' +
            (own === undefined ? ' REMOVE #own' : ', #own = :next'),
          only: item ? '#quota = :quota' : 'attribute_not_exists(#quota)',
          fields: { next, room, difference: next - quota, ...(item ? { quota } : {}) },
        })
        return isRefused(outcome) ? undefined : true
      })
    },
  }
}

const roomIn = (item: Item | undefined): Room => (item ? fromItem(item) : {})

const holds = (item: Item | undefined, reservation: Reservation) =>
  item !== undefined && isHeld(reservationsIn(item), reservation)

/** Whose usage it is; undefined for a record of another kind. */
export const ownerOfUsage = ({ pk, sk }: Item): string | undefined =>
  pk?.S?.startsWith('U#') && sk?.S === 'usage' ? pk.S.slice('U#'.length) : undefined

export function reservationsIn(item: Item): Reservation[] {
  return Object.entries(item).flatMap(([name, value]) => {
    if (!name.startsWith(SLOT)) return []
    const [size, at] = (value.L ?? []).map((entry) => Number(entry.S))
    return [{ id: name.slice(SLOT.length), size: size ?? 0, at: at ?? 0 }]
  })
}

export type UsageStore = ReturnType<typeof usageStore>
