import { fileWork, uploads } from '../contents/wiring.ts'
import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { endUpload } from './contract.ts'
import { checkKnown } from './upload-access.ts'

const needs = () => ({ work: fileWork(), uploads: uploads() })

export const handler = protectedEndpoint(endUpload, needs)
  .reading(({ path }, { uploads }) => [uploads.keyOf(path.id)])
  .run(async ({ path, caller, ahead, now }, { work, uploads }) => {
    const upload = checkKnown(await uploads.find(path.id, ahead), caller.userId)
    const after = await uploads.giveUp(upload, 'ended', now)
    if (after?.state !== 'dead') throw new LetheError('upload_finished')
    await work.send({ kind: 'discard', object: upload.id })
    return { status: 204 }
  })
