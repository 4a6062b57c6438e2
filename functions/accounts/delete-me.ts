import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { endRoot } from '../files/tree-store.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { deleteMe } from './contract.ts'
import { userStore } from './user-store.ts'

const users = userStore(db, config.usersTable())
const sessionsTable = config.sessionsTable()
const filesTable = config.filesTable()
const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(deleteMe, checkCaller).run(async ({ caller, now }) => {
  // Links and shares of what was theirs end in the same step; the work that follows only tidies up.
  await users.remove(caller.userId, sessionsTable, [endRoot(filesTable, caller.userId, now)], now)
  await work.send({ kind: 'purge', owner: caller.userId, item: caller.userId })
  return { status: 204 }
})
