import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeShare } from './contract.ts'
import { offers } from './wiring.ts'

const needs = () => ({ offers: offers(), tree: tree() })

export const handler = protectedEndpoint(removeShare, needs).run(async ({ path, caller }, { offers, tree }) => {
  await tree.item(path.id, caller.userId, 'own')
  await offers.remove(path.id, path.shareId)
  return { status: 204 }
})
