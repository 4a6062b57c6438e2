import { protectedEndpoint } from '../../http/endpoint.ts'
import { usageStore } from '../../store/usage.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable } from '../file-tree.ts'
import { uploads } from '../my-uploads.ts'
import { listUploads, uploadView } from './contract.ts'

const usage = usageStore(db, filesTable)

export const handler = protectedEndpoint(listUploads, checkCaller).run(async ({ caller }) => {
  const ids = await usage.open(caller.userId)
  const open = (await uploads.findAll(ids)).filter(({ state }) => state === 'pending')
  return { status: 200, body: { uploads: open.map((upload) => uploadView(upload, caller.userId)) } }
})
