import { LetheError } from '../domain/errors.ts'
import type { Upload } from '../domain/uploads.ts'
import { uploadStore } from '../store/uploads.ts'
import { db } from './callers.ts'
import { filesTable } from './file-tree.ts'

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
