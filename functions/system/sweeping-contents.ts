import { giveUpAt, isWhole, type Upload } from '../contents/upload.ts'
import { uploadIn } from '../contents/upload-store.ts'
import type { LostObjects } from './losing-objects.ts'
import { DAY, GRACE, type Mender, type Repair, type SweepParts } from './sweeping.ts'

/** Repairs the records of objects, from the reservation of their room to their end. */
export function contentMender(parts: SweepParts, lost: LostObjects, asksForEach: () => boolean): Mender {
  async function mend(upload: Upload, now: number): Promise<Repair | undefined> {
    if (now - upload.createdAt < GRACE) return undefined
    if (upload.state === 'pending') return promoteOrExpire(parts, upload, now)
    if (upload.state === 'dead') return forget(parts, upload, now)
    if (upload.refs === 0) return release(parts, upload, now)
    if (asksForEach()) await lost.askFor(upload)
    return undefined
  }

  return (item, now) => {
    const upload = uploadIn(item)
    return upload && mend(upload, now)
  }
}

/** First checks whether the object is there: a user who sent all of it in time must not lose it to a lost message. */
async function promoteOrExpire(
  { arrivals, objects, work }: SweepParts,
  upload: Upload,
  now: number,
): Promise<Repair | undefined> {
  const after = await arrivals.settle(upload.id, now)
  if (after?.state === 'ready') return 'promoted'
  if (after?.state !== 'pending') return undefined
  const parts = after.uploadId === undefined ? [] : await objects.allParts(after)
  if (now < giveUpAt(after, newest(parts ?? []))) return undefined
  // S3 has no parts any more: it gave them up, or put them together after the check above.
  if (!parts && (await arrivals.settle(upload.id, now))?.state === 'ready') return 'promoted'
  // All parts were sent, and perhaps S3 is putting them together at this moment.
  if (after.uploadId !== undefined && parts && isWhole(after, parts)) {
    await work.send({ kind: 'put-together', object: after.id })
    return 'promoted'
  }
  await arrivals.giveUp(after, 'expired', now)
  return 'expired'
}

const newest = (parts: readonly { at: number }[]) =>
  parts.length > 0 ? Math.max(...parts.map(({ at }) => at)) : undefined

async function release({ uploads, objects }: SweepParts, upload: Upload, now: number): Promise<Repair | undefined> {
  if (!(await uploads.free(upload, 'released', now))) return undefined
  await objects.remove(upload)
  return 'released'
}

async function forget({ uploads, objects }: SweepParts, upload: Upload, now: number): Promise<Repair | undefined> {
  if (now - (upload.diedAt ?? now) < DAY) return undefined
  await objects.remove(upload)
  // Before the record is deleted, because after that nobody can tell whether the room was given back.
  await uploads.closeSlot(upload)
  await uploads.forget(upload.id)
  return 'forgotten'
}
