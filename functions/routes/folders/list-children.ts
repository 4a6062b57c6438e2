import { checkPrefix } from '../../domain/files.ts'
import { DEFAULT_PAGE } from '../../http/contract.ts'
import { cursorAt, positionOf } from '../../http/cursor.ts'
import { protectedEndpoint, together } from '../../http/endpoint.ts'
import { ROOT } from '../../store/tree.ts'
import { checkCaller } from '../callers.ts'
import { tree } from '../file-tree.ts'
import { itemView } from '../item-views.ts'
import { listChildren } from './contract.ts'

export const handler = protectedEndpoint(listChildren, checkCaller).run(async ({ path, query, caller }) => {
  const { prefix = '', cursor } = query
  checkPrefix(prefix)
  const list = { caller: caller.userId, name: `children of ${path.id} with ${prefix}` }
  const after = cursor === undefined ? {} : { after: positionOf(cursor, list) }
  const folder = path.id === ROOT ? caller.userId : path.id
  const [, { children, last }] = await together(
    tree.folder(path.id, caller.userId, 'read'),
    tree.children(folder, { prefix, limit: Number(query.limit ?? DEFAULT_PAGE), ...after }),
  )
  const items = children.map((child) => itemView(child, path.id))
  return { status: 200, body: { items, ...(last === undefined ? {} : { nextCursor: cursorAt(last, list) }) } }
})
