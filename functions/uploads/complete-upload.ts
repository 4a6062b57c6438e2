import { objects } from '../contents/object-wiring.ts'
import { isWhole, type Upload } from '../contents/upload.ts'
import { fileWork, uploads } from '../contents/wiring.ts'
import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { completeUpload } from './contract.ts'
import { checkMine } from './upload-access.ts'
import { uploadView } from './views.ts'
import { arrivals } from './wiring.ts'

const needs = () => {
  const work = fileWork()
  // A request never deletes objects itself: the deletion is sent to the queue, which repeats it when it fails.
  const remove = ({ id }: { id: string }) => work.send({ kind: 'discard', object: id })
  const { head, allParts } = objects()
  return { uploads: uploads(), work, allParts, settle: arrivals({ head, remove }).settle }
}
type Needs = ReturnType<typeof needs>

export const handler = protectedEndpoint(completeUpload, needs)
  .reading(({ path }, { uploads }) => [uploads.keyOf(path.id)])
  .run(async ({ path, caller, ahead, now }, has) => {
    const { uploads, work, settle } = has
    const upload = checkMine(await uploads.find(path.id, ahead), caller.userId)
    if (upload.state === 'pending' && upload.uploadId !== undefined) {
      await checkParts(has, upload)
      await work.send({ kind: 'put-together', object: upload.id })
      return { status: 202, body: { upload: uploadView(upload, caller.userId) } }
    }
    const settled = await settle(upload.id, now, upload)
    if (settled?.state === 'pending') throw new LetheError('upload_incomplete')
    if (settled?.state !== 'ready') throw new LetheError('upload_dead')
    return { status: 200, body: { upload: uploadView(settled, caller.userId) } }
  })

/** If S3 has already put the upload together, it has no parts left. */
async function checkParts({ allParts }: Needs, upload: Upload): Promise<void> {
  const parts = await allParts(upload)
  if (parts && !isWhole(upload, parts)) throw new LetheError('upload_incomplete')
}
