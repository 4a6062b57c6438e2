import { tree } from '../files/wiring.ts'
import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { trashFile } from './contract.ts'
import { toTrash } from './wiring.ts'

const needs = () => ({ toTrash: toTrash(), tree: tree() })

export const handler = protectedEndpoint(trashFile, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, headers, caller, ahead, now }, { toTrash }) => {
    await toTrash('file', path.id, { caller: caller.userId, now }, ifMatch(headers), ahead)
    return { status: 204 }
  })
