import { objects } from '../contents/object-wiring.ts'
import { uploads } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getUpload } from './contract.ts'
import { checkKnown } from './upload-access.ts'
import { uploadView } from './views.ts'

const needs = () => ({ uploads: uploads(), objects: objects() })

export const handler = protectedEndpoint(getUpload, needs)
  .reading(({ path }, { uploads }) => [uploads.keyOf(path.id)])
  .run(async ({ path, query, caller, ahead }, { uploads, objects }) => {
    const upload = checkKnown(await uploads.find(path.id, ahead), caller.userId)
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
