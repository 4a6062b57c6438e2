import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { trashFile } from './contract.ts'
import { toTrash } from './wiring.ts'

const needs = () => ({ toTrash: toTrash() })

export const handler = protectedEndpoint(trashFile, needs).run(async ({ path, headers, caller, now }, { toTrash }) => {
  await toTrash('file', path.id, { caller: caller.userId, now }, ifMatch(headers))
  return { status: 204 }
})
