import { eachMessage } from '../batch.ts'
import { config } from '../config.ts'
import { type FileWork, parseFileWork } from '../domain/file-work.ts'
import { isWhole, type Upload } from '../domain/uploads.ts'
import { arrivals } from '../store/arrivals.ts'
import { database } from '../store/database.ts'
import { fileWork } from '../store/file-work.ts'
import { objectStore } from '../store/objects.ts'
import { purging } from '../store/purge.ts'
import { treeStore } from '../store/tree.ts'
import { uploadStore } from '../store/uploads.ts'

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
