import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeShare } from './contract.ts'
import { offers } from './wiring.ts'

const needs = () => ({ offers: offers(), tree: tree() })

export const handler = protectedEndpoint(removeShare, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead }, { offers, tree }) => {
    await tree.item(path.id, caller.userId, 'own', ahead)
    await offers.remove(path.id, path.shareId)
    return { status: 204 }
  })
