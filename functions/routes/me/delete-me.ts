import { config } from '../../config.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { userStore } from '../../store/users.ts'
import { checkCaller, db } from '../callers.ts'
import { deleteMe } from './contract.ts'

const users = userStore(db, config.usersTable())
const sessionsTable = config.sessionsTable()

export const handler = protectedEndpoint(deleteMe, checkCaller).run(async ({ caller, now }) => {
  await users.remove(caller.userId, sessionsTable, now)
  return { status: 204 }
})
