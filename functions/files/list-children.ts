import { DEFAULT_PAGE } from '../http/contract.ts'
import { protectedEndpoint, together } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller } from '../sessions/wiring.ts'
import { listChildren } from './folder-contract.ts'
import { checkPrefix } from './item.ts'
import { ROOT } from './tree-store.ts'
import { itemView } from './views.ts'
import { tree } from './wiring.ts'

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
