import { uploads, usage } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listUploads } from './contract.ts'
import { uploadView } from './views.ts'

const needs = () => ({ usage: usage(), uploads: uploads() })

export const handler = protectedEndpoint(listUploads, needs)
  .reading(({ caller }, { usage }) => [usage.keyOf(caller.userId)])
  .run(async ({ caller, ahead }, { usage, uploads }) => {
    const ids = await usage.open(caller.userId, ahead)
    const open = (await uploads.findAll(ids)).filter(({ state }) => state === 'pending')
    return { status: 200, body: { uploads: open.map((upload) => uploadView(upload, caller.userId)) } }
  })
