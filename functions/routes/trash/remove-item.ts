import { config } from '../../config.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { fileWork } from '../../store/file-work.ts'
import { trashStore } from '../../store/trash.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { removeItem } from './contract.ts'

const trash = trashStore(db, filesTable, tree)
const work = fileWork(config.fileWorkUrl())

export const handler = protectedEndpoint(removeItem, checkCaller).run(async ({ path, caller, now }) => {
  await trash.giveUp(caller.userId, path.id, now)
  await work.send({ kind: 'purge', owner: caller.userId, item: path.id })
  return { status: 204 }
})
