import { config } from '../config.ts'
import { type FileWork, parseFileWork } from '../contents/file-work.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { objectStore } from '../contents/object-store.ts'
import { isWhole, type Upload } from '../contents/upload.ts'
import { uploadStore } from '../contents/upload-store.ts'
import { eachMessage } from '../data/each-message.ts'
import { database } from '../data/table.ts'
import { treeStore } from '../files/tree-store.ts'
import { arrivals } from '../uploads/arriving.ts'
import { purging } from './purging.ts'

const db = database()
const filesTable = config.filesTable()
const uploads = uploadStore(db, filesTable)
const objects = objectStore(config.filesBucket())
const { settle, giveUp } = arrivals({ db, filesTable, tree: treeStore(db, filesTable), uploads, objects })
const { purge } = purging({ db, filesTable, work: fileWork(config.fileWorkUrl()) })

/** Each kind of work may be done twice. */
export const handler = eachMessage((body, now) => perform(parseFileWork(body), now))

async function perform(work: FileWork, now: number): Promise<void> {
  if (work.kind === 'purge') return purge(work, now)
  const upload = await uploads.find(work.object)
  if (!upload) return
  if (work.kind === 'put-together') await putTogether(upload, now)
  if (work.kind === 'discard' && upload.state === 'dead') await objects.remove(upload)
  if (work.kind === 'release') await release(upload, now)
}

async function putTogether(upload: Upload, now: number): Promise<void> {
  if (upload.state !== 'pending') return
  const parts = await objects.allParts(upload)
  // Gaps are the client's to fill: it was told of them, or has asked again for a part since.
  if (parts && !isWhole(upload, parts)) return
  if (parts) await objects.putTogether(upload, parts)
  const after = await settle(upload.id, now)
  // S3 knows neither the parts nor the whole: it gave them up.
  if (!parts && after?.state === 'pending') await giveUp(upload, 'expired', now)
}

async function release(upload: Upload, now: number): Promise<void> {
  const isFree = upload.state === 'dead' || (await uploads.free(upload, 'released', now))
  if (isFree) await objects.remove(upload)
}
