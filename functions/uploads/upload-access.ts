import type { Upload } from '../contents/upload.ts'
import { LetheError } from '../errors.ts'

/** Only the user who began the upload and the user whose room it takes may know of it. */
export function checkKnown(upload: Upload | undefined, caller: string): Upload {
  if (upload?.by === caller || upload?.owner === caller) return upload
  throw new LetheError('upload_not_found')
}

/** Only the user who began the upload may send anything for it. */
export function checkMine(upload: Upload | undefined, caller: string): Upload {
  if (upload?.by === caller) return upload
  throw new LetheError('upload_not_found')
}

export function checkPending({ state }: Upload): void {
  if (state === 'ready') throw new LetheError('upload_finished')
  if (state === 'dead') throw new LetheError('upload_dead')
}
