import { config } from '../config.ts'
import { fileWork } from '../contents/wiring.ts'
import { endRoot } from '../files/tree-store.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { deleteMe } from './contract.ts'
import { users } from './wiring.ts'

const needs = () => ({
  users: users(),
  sessionsTable: config.sessionsTable(),
  filesTable: config.filesTable(),
  work: fileWork(),
})

export const handler = protectedEndpoint(deleteMe, needs).run(
  async ({ caller, now }, { users, sessionsTable, filesTable, work }) => {
    // Links and shares of what was theirs end in the same step; the work that follows only tidies up.
    await users.remove(caller.userId, sessionsTable, [endRoot(filesTable, caller.userId, now)], now)
    await work.send({ kind: 'purge', owner: caller.userId, item: caller.userId })
    return { status: 204 }
  },
)
