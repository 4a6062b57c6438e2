import { folderName, itemView } from '../files/views.ts'
import { isoTime } from '../http/contract.ts'
import { TRASH_LIFE, type Trashed } from './trash.ts'

export function trashedView(trashed: Trashed, caller: string) {
  const { trashedAt, trashedBy } = trashed
  const times = { trashedAt: isoTime(trashedAt), trashedBy, goneAt: isoTime(trashedAt + TRASH_LIFE) }
  return { item: itemView(trashed, folderName(trashed.folder, caller)), ...times }
}
