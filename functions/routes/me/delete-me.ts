import { config } from '../../config.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { fileWork } from '../../store/file-work.ts'
import { endRoot } from '../../store/tree.ts'
import { userStore } from '../../store/users.ts'
import { checkCaller, db } from '../callers.ts'
import { deleteMe } from './contract.ts'

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
