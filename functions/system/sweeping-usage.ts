import { ownerOfUsage, reservationsIn } from '../contents/usage-store.ts'
import type { Item } from '../data/item.ts'
import { GRACE, type Mender, type Repair, type SweepParts } from './sweeping.ts'

/** Rooms that were taken for uploads of which nothing is left. */
export function usageMender({ uploads, usage, arrivals }: SweepParts): Mender {
  /** A function ended between taking the room and writing what it is for, or between a file and its room. */
  async function closeSlots(owner: string, item: Item, now: number): Promise<Repair | undefined> {
    const old = reservationsIn(item).filter(({ at }) => now - at >= GRACE)
    const known = new Map((await uploads.findAll(old.map(({ id }) => id))).map((upload) => [upload.id, upload]))
    const open = old.filter(({ id }) => known.get(id)?.state !== 'pending')
    for (const reservation of open) {
      if (known.has(reservation.id)) await arrivals.settle(reservation.id, now)
      else await usage.release(owner, reservation)
    }
    return open.length > 0 ? 'slotsClosed' : undefined
  }

  return (item, now) => {
    const owner = ownerOfUsage(item)
    return owner === undefined ? undefined : closeSlots(owner, item, now)
  }
}
