import { type Counts, HOUR, type Repair, repairEach, type SweepParts } from './sweeping.ts'

/** Removes the objects of one page that have no record or a dead one. Returns where the next page begins. */
export async function sweepBucketPage(
  { objects, uploads }: SweepParts,
  after: string | undefined,
  counts: Counts,
): Promise<string | undefined> {
  async function removeStray({ id, at }: { id: string; at: number }, now: number): Promise<Repair | undefined> {
    if (now - at < HOUR) return undefined
    await objects.remove({ id })
    return 'objectsRemoved'
  }

  const page = await objects.list(after)
  const known = new Map((await uploads.findAll(page.found.map(({ id }) => id))).map((upload) => [upload.id, upload]))
  const strays = page.found.filter(({ id }) => !known.has(id) || known.get(id)?.state === 'dead')
  await repairEach(strays, removeStray, counts)
  return page.next
}
