import { LetheError } from '../errors.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { DEFAULT_PAGE } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listUses, useView } from './link-contract.ts'
import { linkStore } from './link-store.ts'

const links = linkStore(db, filesTable)

export const handler = protectedEndpoint(listUses, checkCaller).run(async ({ path, query, caller }) => {
  const list = { caller: caller.userId, name: `uses of ${path.linkId}` }
  const after = query.cursor === undefined ? undefined : positionOf(query.cursor, list)
  await tree.listed('file', path.id, caller.userId, 'own')
  if (!(await links.isOf(path.id, path.linkId))) throw new LetheError('link_not_found')
  const page = await links.uses(path.linkId, after, Number(query.limit ?? DEFAULT_PAGE))
  const next = page.last === undefined ? {} : { nextCursor: cursorAt(page.last, list) }
  return { status: 200, body: { uses: page.uses.map(useView), ...next } }
})
