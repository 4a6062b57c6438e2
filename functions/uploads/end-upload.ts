import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { LetheError } from '../errors.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller } from '../sessions/wiring.ts'
import { endUpload } from './contract.ts'
import { findUpload, uploads } from './my-uploads.ts'

const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(endUpload, checkCaller).run(async ({ path, caller, now }) => {
  const upload = await findUpload(path.id, caller.userId)
  const after = await uploads.giveUp(upload, 'ended', now)
  if (after?.state !== 'dead') throw new LetheError('upload_finished')
  await work.send({ kind: 'discard', object: upload.id })
  return { status: 204 }
})
