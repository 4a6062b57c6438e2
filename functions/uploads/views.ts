import type { Upload } from '../contents/upload.ts'
import { folderName } from '../files/views.ts'
import { isoTime } from '../http/contract.ts'

export function uploadView(of: Upload, caller: string) {
  const { id, state, folder, name, file, size, type, partSize, node, why, createdAt } = of
  const fileId = state === 'ready' ? node : file
  return {
    id,
    state,
    ...(file === undefined ? { folderId: folderName(folder, caller) } : {}),
    name,
    size,
    type,
    ...(partSize === undefined ? {} : { partSize }),
    ...(fileId === undefined ? {} : { fileId }),
    ...(why === undefined ? {} : { why }),
    createdAt: isoTime(createdAt),
  }
}
