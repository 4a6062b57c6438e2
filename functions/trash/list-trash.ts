import { TRASH_LIFE } from '../files/item.ts'
import { folderName, itemView } from '../files/views.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { DEFAULT_PAGE, isoTime } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listTrash } from './contract.ts'
import { type Trashed, trashStore } from './trash-store.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(listTrash, checkCaller).run(async ({ query, caller, now }) => {
  const list = { caller: caller.userId, name: 'trash' }
  const after = query.cursor === undefined ? undefined : positionOf(query.cursor, list)
  const { trashed, last } = await trash.page(caller.userId, after, Number(query.limit ?? DEFAULT_PAGE), now)
  const nextCursor = last === undefined ? {} : { nextCursor: cursorAt(last, list) }
  return { status: 200, body: { trashed: trashed.map((each) => view(each, caller.userId)), ...nextCursor } }
})

function view(trashed: Trashed, caller: string) {
  const { trashedAt, trashedBy } = trashed
  const times = { trashedAt: isoTime(trashedAt), trashedBy, goneAt: isoTime(trashedAt + TRASH_LIFE) }
  return { item: itemView(trashed, folderName(trashed.folder, caller)), ...times }
}
