import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { objectStore } from '../contents/object-store.ts'
import { isWhole, type Upload } from '../contents/upload.ts'
import { LetheError } from '../errors.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { arrivals } from './arriving.ts'
import { completeUpload, uploadView } from './contract.ts'
import { findMyUpload, uploads } from './my-uploads.ts'

const work = fileWork(config.fileWorkUrl())
const objects = {
  ...objectStore(config.filesBucket()),
  // A request looks and never throws away; that is work which must go on when it fails.
  remove: ({ id }: { id: string }) => work.send({ kind: 'discard', object: id }),
}
const { settle } = arrivals({ db, filesTable, tree, uploads, objects })

export const handler = protectedEndpoint(completeUpload, checkCaller).run(async ({ path, caller, now }) => {
  const upload = await findMyUpload(path.id, caller.userId)
  if (upload.state === 'pending' && upload.uploadId !== undefined) {
    await checkParts(upload)
    await work.send({ kind: 'put-together', object: upload.id })
    return { status: 202, body: { upload: uploadView(upload, caller.userId) } }
  }
  const settled = await settle(upload.id, now)
  if (settled?.state === 'pending') throw new LetheError('upload_incomplete')
  if (settled?.state !== 'ready') throw new LetheError('upload_dead')
  return { status: 200, body: { upload: uploadView(settled, caller.userId) } }
})

/** An upload that S3 put together already has no parts left. */
async function checkParts(upload: Upload): Promise<void> {
  const parts = await objects.allParts(upload)
  if (parts && !isWhole(upload, parts)) throw new LetheError('upload_incomplete')
}
