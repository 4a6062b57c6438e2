import { filesTable, tree } from '../files/wiring.ts'
import { DEFAULT_PAGE } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { linkView, listLinks } from './link-contract.ts'
import { linkStore } from './link-store.ts'

const links = linkStore(db, filesTable)

export const handler = protectedEndpoint(listLinks, checkCaller).run(async ({ path, query, caller }) => {
  const list = { caller: caller.userId, name: `links to ${path.id}` }
  const after = query.cursor === undefined ? undefined : positionOf(query.cursor, list)
  await tree.listed('file', path.id, caller.userId, 'own')
  const page = await links.page(path.id, after, Number(query.limit ?? DEFAULT_PAGE))
  const next = page.last === undefined ? {} : { nextCursor: cursorAt(page.last, list) }
  return { status: 200, body: { links: page.links.map(linkView), ...next } }
})
