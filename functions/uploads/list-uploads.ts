import { usageStore } from '../contents/usage-store.ts'
import { filesTable } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { listUploads, uploadView } from './contract.ts'
import { uploads } from './my-uploads.ts'

const usage = usageStore(db, filesTable)

export const handler = protectedEndpoint(listUploads, checkCaller).run(async ({ caller }) => {
  const ids = await usage.open(caller.userId)
  const open = (await uploads.findAll(ids)).filter(({ state }) => state === 'pending')
  return { status: 200, body: { uploads: open.map((upload) => uploadView(upload, caller.userId)) } }
})
