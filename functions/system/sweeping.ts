import { inspect } from 'node:util'
import type { FileWork } from '../contents/file-work.ts'
import type { Objects } from '../contents/object-store.ts'
import type { Uploads } from '../contents/upload-store.ts'
import type { UsageStore } from '../contents/usage-store.ts'
import type { Item } from '../data/item.ts'
import type { Queue } from '../data/queue.ts'
import type { Arrivals } from '../uploads/arriving.ts'
import type { SweepStore } from './sweep-store.ts'

/** What a sweep works with. */
export type SweepParts = {
  uploads: Uploads
  usage: UsageStore
  objects: Objects
  work: Queue<FileWork>
  arrivals: Arrivals
  sweep: SweepStore
}

export type Repair =
  | 'promoted'
  | 'expired'
  | 'released'
  | 'lost'
  | 'forgotten'
  | 'slotsClosed'
  | 'purged'
  | 'filesRepaired'
  | 'objectsRemoved'
  | 'failed'
export type Counts = { [repair in Repair]?: number } & { looked: number; through: boolean }

/** Repairs one kind of record; undefined for a record of another kind. */
export type Mender = (item: Item, now: number) => Promise<Repair | undefined> | undefined

/** An upload that is younger may still be under way. */
export const GRACE = 15 * 60
export const HOUR = 3600
export const DAY = 86_400

const AT_ONCE = 16

/** A record that cannot be repaired now must not stop the repair of the others. */
export async function repairEach<T>(
  things: readonly T[],
  mend: (thing: T, now: number) => Promise<Repair | undefined>,
  counts: Counts,
): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  for (let start = 0; start < things.length; start += AT_ONCE) {
    const repairs = things.slice(start, start + AT_ONCE).map((thing) => mend(thing, now).catch(failed))
    for (const done of await Promise.all(repairs)) if (done) counts[done] = (counts[done] ?? 0) + 1
  }
  counts.looked += things.length
}

function failed(error: unknown): Repair {
  console.error(JSON.stringify({ sweep: inspect(error) }))
  return 'failed'
}
