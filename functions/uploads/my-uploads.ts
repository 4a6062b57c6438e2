import type { Upload } from '../contents/upload.ts'
import { uploadStore } from '../contents/upload-store.ts'
import { LetheError } from '../errors.ts'
import { filesTable } from '../files/wiring.ts'
import { db } from '../sessions/wiring.ts'

export const uploads = uploadStore(db, filesTable)

/** An upload is known to who began it, and to whose room it takes; to nobody else. */
export async function findUpload(id: string, caller: string): Promise<Upload> {
  const upload = await uploads.find(id)
  if (upload?.by === caller || upload?.owner === caller) return upload
  throw new LetheError('upload_not_found')
}

/** Only who began it sends anything for it. */
export async function findMyUpload(id: string, caller: string): Promise<Upload> {
  const upload = await findUpload(id, caller)
  if (upload.by !== caller) throw new LetheError('upload_not_found')
  return upload
}

export function checkPending({ state }: Upload): void {
  if (state === 'ready') throw new LetheError('upload_finished')
  if (state === 'dead') throw new LetheError('upload_dead')
}
