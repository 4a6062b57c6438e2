import { ownerOfUsage, reservationsIn } from '../contents/usage-store.ts'
import type { Item } from '../data/item.ts'
import { GRACE, type Mender, type Repair, type SweepParts } from './sweeping.ts'

/** Closes the slots of uploads that are over or have no record. */
export function usageMender({ uploads, usage, arrivals }: SweepParts): Mender {
  /** A function died between reserving and storing the upload, or between making a file and closing its slot. */
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
