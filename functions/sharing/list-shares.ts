import { filesTable, tree } from '../files/wiring.ts'
import { DEFAULT_PAGE } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listShares, shareView } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, filesTable)

export const handler = protectedEndpoint(listShares, checkCaller).run(async ({ path, query, caller }) => {
  const list = { caller: caller.userId, name: `shares of ${path.id}` }
  const after = query.cursor === undefined ? undefined : positionOf(query.cursor, list)
  await tree.item(path.id, caller.userId, 'own')
  const page = await shares.page(path.id, after, Number(query.limit ?? DEFAULT_PAGE))
  const next = page.last === undefined ? {} : { nextCursor: cursorAt(page.last, list) }
  return { status: 200, body: { shares: page.shares.map(shareView), ...next } }
})
