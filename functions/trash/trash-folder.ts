import { trashFolder } from '../files/folder-contract.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { trashStore } from './trash-store.ts'

const trash = trashStore(db, filesTable, tree)

export const handler = protectedEndpoint(trashFolder, checkCaller).run(async ({ path, headers, caller, now }) => {
  await trash.trash('folder', path.id, { caller: caller.userId, now }, ifMatch(headers))
  return { status: 204 }
})
