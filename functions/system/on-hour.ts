import type { Item } from '../data/item.ts'
import { prepared } from '../prepared.ts'
import { lostObjects } from './losing-objects.ts'
import type { Cursor } from './sweep-store.ts'
import { type Counts, DAY, type Mender, repairEach, type SweepParts } from './sweeping.ts'
import { sweepBucketPage } from './sweeping-bucket.ts'
import { contentMender } from './sweeping-contents.ts'
import { itemMender, rootMender, versionMender } from './sweeping-items.ts'
import { trashMender } from './sweeping-trash.ts'
import { usageMender } from './sweeping-usage.ts'
import { sweepParts } from './wiring.ts'

/** Well within the function's time. The next run does the rest. */
const WORKS_FOR_MS = 4 * 60_000
/** Sorts after every id. */
const END = '~'

/** Looks at every record of the table and every object of the bucket. Each run continues where the last one stopped. */
export const handler = prepared(sweepParts, async (parts): Promise<Counts> => {
  const until = Date.now() + WORKS_FOR_MS
  const counts: Counts = { looked: 0, through: false }
  const lost = lostObjects(parts)
  let cursor = roundAfter(await parts.sweep.readCursor())
  const menders = [
    contentMender(parts, lost, () => cursor.asks),
    usageMender(parts),
    trashMender(parts),
    itemMender(parts),
    versionMender(parts),
    rootMender(parts),
  ]
  while (!counts.through && Date.now() < until) {
    const next = await sweepPage(parts, menders, cursor, counts)
    counts.through = next === undefined
    // The end of a round is stored too, so that the next round begins with the next run.
    cursor = next ?? { ...cursor, in: 'bucket', after: END }
    await parts.sweep.keepCursor(cursor)
  }
  await lost.giveUpMissing(counts)
  console.info(JSON.stringify({ sweep: counts }))
  return counts
})

function roundAfter(before: Cursor | undefined): Cursor {
  if (before && before.after !== END) return before
  const now = Math.floor(Date.now() / 1000)
  const asks = before === undefined || now - before.askedAt >= DAY
  return { in: 'table', asks, askedAt: asks ? now : before.askedAt }
}

/** Undefined after the last page of the bucket. */
async function sweepPage(
  parts: SweepParts,
  menders: readonly Mender[],
  cursor: Cursor,
  counts: Counts,
): Promise<Cursor | undefined> {
  if (cursor.in === 'bucket') {
    const next = await sweepBucketPage(parts, typeof cursor.after === 'string' ? cursor.after : undefined, counts)
    return next === undefined ? undefined : { ...cursor, after: next }
  }
  const { found, after } = await parts.sweep.page(cursor.after)
  await repairEach(found, (item, now) => mend(menders, item, now), counts)
  return { ...cursor, in: after ? 'table' : 'bucket', after }
}

/** Uses the mender that knows this kind of record. */
async function mend(menders: readonly Mender[], item: Item, now: number) {
  for (const mender of menders) {
    const mending = mender(item, now)
    if (mending) return mending
  }
  return undefined
}
