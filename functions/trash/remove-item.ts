import { fileWork } from '../contents/wiring.ts'
import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeItem } from './contract.ts'
import { trash } from './wiring.ts'

const needs = () => ({ trash: trash(), tree: tree(), work: fileWork() })

export const handler = protectedEndpoint(removeItem, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead, now }, { trash, work }) => {
    await trash.giveUp(caller.userId, path.id, now, ahead)
    await work.send({ kind: 'purge', owner: caller.userId, item: path.id })
    return { status: 204 }
  })
