import { type FileWork, parseFileWork } from '../contents/file-work.ts'
import { objects } from '../contents/object-wiring.ts'
import { isWhole, type Upload } from '../contents/upload.ts'
import { uploads } from '../contents/wiring.ts'
import { eachMessage } from '../data/queue.ts'
import { arrivals } from '../uploads/wiring.ts'
import { purge } from './wiring.ts'

const needs = () => ({
  uploads: uploads(),
  objects: objects(),
  arrivals: arrivals(objects()),
  purge: purge(),
})
type Needs = ReturnType<typeof needs>

/** A message can come twice, so each kind of work may be done twice. */
export const handler = eachMessage(needs, (has, body, now) => perform(has, parseFileWork(body), now))

async function perform(has: Needs, work: FileWork, now: number): Promise<void> {
  const { uploads, objects, purge } = has
  if (work.kind === 'purge') return purge(work, now)
  const upload = await uploads.find(work.object)
  if (!upload) return
  if (work.kind === 'put-together') await putTogether(has, upload, now)
  if (work.kind === 'discard' && upload.state === 'dead') await objects.remove(upload)
  if (work.kind === 'release') await release(has, upload, now)
}

async function putTogether({ objects, arrivals }: Needs, upload: Upload, now: number): Promise<void> {
  if (upload.state !== 'pending') return
  const parts = await objects.allParts(upload)
  // The client has to fill gaps: it got `upload_incomplete`, or has asked for a part again since.
  if (parts && !isWhole(upload, parts)) return
  if (parts) await objects.putTogether(upload, parts)
  const after = await arrivals.settle(upload.id, now)
  // S3 has neither the parts nor the object, so it gave the parts up.
  if (!parts && after?.state === 'pending') await arrivals.giveUp(upload, 'expired', now)
}

async function release({ uploads, objects }: Needs, upload: Upload, now: number): Promise<void> {
  const isFree = upload.state === 'dead' || (await uploads.free(upload, 'released', now))
  if (isFree) await objects.remove(upload)
}
