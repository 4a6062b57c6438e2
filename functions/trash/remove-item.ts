import { fileWork } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { removeItem } from './contract.ts'
import { trash } from './wiring.ts'

const needs = () => ({ trash: trash(), work: fileWork() })

export const handler = protectedEndpoint(removeItem, needs).run(async ({ path, caller, now }, { trash, work }) => {
  await trash.giveUp(caller.userId, path.id, now)
  await work.send({ kind: 'purge', owner: caller.userId, item: path.id })
  return { status: 204 }
})
