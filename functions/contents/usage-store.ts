import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { untilSettled } from '../data/client.ts'
import { fromItem, type Item, isRefused, table, toItem, updateIn } from '../data/table.ts'
import { LetheError } from '../errors.ts'

export type Limits = { quota: number; open: number }
export type Reservation = { id: string; size: number; at: number }
export type Usage = { quota: number; used: number; open: Reservation[] }

export const usageKey = (userId: string): Item => toItem({ pk: `U#${userId}`, sk: 'usage' })
/** Each open upload is an attribute of its own, so that its room is given back once, whoever does it. */
const SLOT = 'res#'
const slot = (id: string) => ({ '#slot': `${SLOT}${id}` })

/** What the item says: `room` is what is left of `quota`; `own` is there when an operator set the quota. */
type Room = { room?: number; quota?: number; own?: number; count?: number }

/** Gives room back together with the write that ends what took it. */
export function giveRoom(tableName: string, userId: string, size: number): TransactWriteItem[] {
  // Nothing took no room: of an account that is gone, there may be no item left to write it into.
  if (size === 0) return []
  return [updateIn(tableName, usageKey(userId), { set: 'SET #room = #room + :size', fields: { size } })]
}

export function usageStore(db: DynamoDBClient, tableName: string) {
  const items = table(db, tableName)

  function tryToReserve(userId: string, { id, size, at }: Reservation, limits: Limits) {
    const room = '#room = if_not_exists(#room, :quota) - :size'
    const fits = '#room >= :size AND (#quota = :quota OR attribute_exists(#own))'
    // Who keeps nothing yet has no item, and all of the quota.
    const fitsFirst = size <= limits.quota ? `(attribute_not_exists(#room) OR (${fits}))` : `(${fits})`
    return items.update(usageKey(userId), {
      set: `SET ${room}, #quota = if_not_exists(#quota, :quota), #count = if_not_exists(#count, :zero) + :one, #slot = :slot`,
      only: `attribute_not_exists(#slot) AND (attribute_not_exists(#count) OR #count < :open) AND ${fitsFirst}`,
      fields: { ...limits, size, zero: 0, one: 1, slot: [String(size), String(at)] },
      names: slot(id),
    })
  }

  /** The deployment's quota was changed since this item was written: what is left changes by as much. */
  async function adopt(userId: string, { quota }: { quota: number }, next: number): Promise<void> {
    await items.update(usageKey(userId), {
      set: 'SET #room = #room + :difference, #quota = :next',
      only: '#quota = :quota AND attribute_not_exists(#own)',
      fields: { quota, next, difference: next - quota },
    })
  }

  return {
    /**
     * Takes the room before anything may be sent, by one conditional write: parallel uploads can never hold more than
     * there is. Room that this upload holds already is not taken again: true only where it was taken now.
     */
    reserve(userId: string, reservation: Reservation, limits: Limits): Promise<boolean> {
      return untilSettled(async () => {
        const outcome = await tryToReserve(userId, reservation, limits)
        if (!isRefused(outcome)) return true
        if (holds(outcome.blocking, reservation)) return false
        const found = roomIn(outcome.blocking)
        if (isOfAnotherQuota(found, limits)) await adopt(userId, found, limits.quota)
        else refuse(found, reservation, limits)
        return undefined
      })
    },

    /** The upload became a file: its bytes stay taken, its place among the open ones is free. */
    async settle(userId: string, id: string): Promise<void> {
      await items.update(usageKey(userId), {
        set: 'SET #count = #count - :one REMOVE #slot',
        only: 'attribute_exists(#slot)',
        fields: { one: 1 },
        names: slot(id),
      })
    },

    /** The upload died: its bytes are free again, exactly once. */
    async release(userId: string, { id, size, at }: Omit<Reservation, 'at'> & { at?: number }): Promise<void> {
      // Who saw it taken long ago gives back that, and not what the same key took just now.
      const asSeen = at === undefined ? {} : { slot: [String(size), String(at)] }
      await items.update(usageKey(userId), {
        set: 'SET #count = #count - :one, #room = #room + :size REMOVE #slot',
        only: at === undefined ? 'attribute_exists(#slot)' : '#slot = :slot',
        fields: { one: 1, size, ...asSeen },
        names: slot(id),
      })
    },

    /** The ids of what is being uploaded into this user's folders. */
    async open(userId: string): Promise<string[]> {
      const item = await items.get(usageKey(userId))
      return item ? reservationsIn(item).map(({ id }) => id) : []
    },

    async read(userId: string, limits: Limits): Promise<Usage> {
      const item = await items.get(usageKey(userId))
      if (!item) return { quota: limits.quota, used: 0, open: [] }
      const { room = limits.quota, quota = limits.quota, own }: Room = fromItem(item)
      return { quota: own ?? limits.quota, used: quota - room, open: reservationsIn(item) }
    },
  }
}

/** An operator's figure for one user; undefined gives the deployment's back. */
export async function setQuota(
  db: DynamoDBClient,
  tableName: string,
  { userId, own, otherwise }: { userId: string; own: number | undefined; otherwise: number },
): Promise<void> {
  const items = table(db, tableName)
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
}

const roomIn = (item: Item | undefined): Room => (item ? fromItem(item) : {})

/** Requests of one key can race: whoever holds room for less must not send more. */
function holds(item: Item | undefined, { id, size }: Reservation): boolean {
  const held = item && reservationsIn(item).find((reservation) => reservation.id === id)
  if (held && held.size !== size) throw new LetheError('idempotency_key_reused')
  return held !== undefined
}

function isOfAnotherQuota(room: Room, limits: Limits): room is Room & { quota: number } {
  return room.quota !== undefined && room.own === undefined && room.quota !== limits.quota
}

/** Falls through when neither stands in the way any more. */
function refuse({ room, count = 0 }: Room, { size }: Reservation, limits: Limits): void {
  if (count >= limits.open) throw new LetheError('too_many_uploads')
  if ((room ?? limits.quota) < size) throw new LetheError('quota_exceeded')
}

export function reservationsIn(item: Item): Reservation[] {
  return Object.entries(item).flatMap(([name, value]) => {
    if (!name.startsWith(SLOT)) return []
    const [size, at] = (value.L ?? []).map((entry) => Number(entry.S))
    return [{ id: name.slice(SLOT.length), size: size ?? 0, at: at ?? 0 }]
  })
}
