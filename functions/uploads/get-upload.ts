import { config } from '../config.ts'
import { objectStore } from '../contents/object-store.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller } from '../sessions/wiring.ts'
import { getUpload, uploadView } from './contract.ts'
import { findUpload } from './my-uploads.ts'

const objects = objectStore(config.filesBucket())

export const handler = protectedEndpoint(getUpload, checkCaller).run(async ({ path, query, caller }) => {
  const upload = await findUpload(path.id, caller.userId)
  const isOpen = upload.state === 'pending' && upload.uploadId !== undefined
  const page = isOpen ? await objects.listParts(upload, Number(query.after ?? 0)) : undefined
  return {
    status: 200,
    body: {
      upload: uploadView(upload, caller.userId),
      parts: (page?.parts ?? []).map(({ at: _, ...part }) => part),
      ...(page?.next === undefined ? {} : { nextAfter: page.next }),
    },
  }
})
