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

export const handler = protectedEndpoint(deleteMe, needs)
  .reading(({ caller }, { users }) => [users.profileKey(caller.userId)])
  .run(async ({ caller, ahead, now }, { users, sessionsTable, filesTable, work }) => {
    // The same transaction ends the links and shares of the user's files. The purge only cleans up afterwards.
    await users.remove(caller.userId, sessionsTable, [endRoot(filesTable, caller.userId, now)], now, ahead)
    await work.send({ kind: 'purge', owner: caller.userId, item: caller.userId })
    return { status: 204 }
  })
