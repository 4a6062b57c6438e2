import { tree } from '../files/wiring.ts'
import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listShares } from './contract.ts'
import { shareView } from './views.ts'
import { shares } from './wiring.ts'

const needs = () => ({ shares: shares(), tree: tree() })

export const handler = protectedEndpoint(listShares, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, query, caller, ahead }, { shares, tree }) => {
    const list = { caller: caller.userId, name: `shares of ${path.id}` }
    const { limit, after } = askedPage(query, list)
    await tree.item(path.id, caller.userId, 'own', ahead)
    const page = await shares.page(path.id, after, limit)
    return { status: 200, body: { shares: page.shares.map(shareView), ...following(page.last, list) } }
  })
