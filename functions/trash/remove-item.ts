import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { removeItem } from './contract.ts'
import { trashStore } from './trash-store.ts'

const trash = trashStore(db, filesTable, tree)
const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(removeItem, checkCaller).run(async ({ path, caller, now }) => {
  await trash.giveUp(caller.userId, path.id, now)
  await work.send({ kind: 'purge', owner: caller.userId, item: path.id })
  return { status: 204 }
})
