import { config } from '../config.ts'
import { DEFAULT_PAGE } from '../http/contract.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { cursorAt, positionOf } from '../http/page.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listSharedWithMe, sharedItemView } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, config.filesTable())

export const handler = protectedEndpoint(listSharedWithMe, checkCaller).run(async ({ query, caller, checked }) => {
  const { gate } = await checked
  const isOffered = query.state === 'offered'
  const list = { caller: caller.userId, name: isOffered ? 'offered to me' : 'shared with me' }
  const after = query.cursor === undefined ? undefined : positionOf(query.cursor, list)
  const grantee = isOffered ? gate.address : caller.userId
  const page = await shares.pageFor(grantee, after, Number(query.limit ?? DEFAULT_PAGE))
  const next = page.last === undefined ? {} : { nextCursor: cursorAt(page.last, list) }
  return { status: 200, body: { items: page.shared.map(sharedItemView), ...next } }
})
