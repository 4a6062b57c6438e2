import type { Upload } from '../contents/upload.ts'
import { LetheError } from '../errors.ts'

/** An upload is known to who began it, and to whose room it takes; to nobody else. */
export function checkKnown(upload: Upload | undefined, caller: string): Upload {
  if (upload?.by === caller || upload?.owner === caller) return upload
  throw new LetheError('upload_not_found')
}

/** Only who began it sends anything for it. */
export function checkMine(upload: Upload | undefined, caller: string): Upload {
  if (upload?.by === caller) return upload
  throw new LetheError('upload_not_found')
}

export function checkPending({ state }: Upload): void {
  if (state === 'ready') throw new LetheError('upload_finished')
  if (state === 'dead') throw new LetheError('upload_dead')
}
