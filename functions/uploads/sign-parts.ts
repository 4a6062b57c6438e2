import { partSizeOf } from '../contents/upload.ts'
import { uploads, urls } from '../contents/wiring.ts'
import { LetheError } from '../errors.ts'
import { ROOT } from '../files/access.ts'
import { tree } from '../files/wiring.ts'
import { isoTime } from '../http/contract.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { signParts } from './contract.ts'
import { checkMine, checkPending } from './upload-access.ts'

const needs = () => ({ uploads: uploads(), urls: urls(), tree: tree() })

export const handler = protectedEndpoint(signParts, needs)
  .reading(({ path }, { uploads }) => [uploads.keyOf(path.id)])
  .run(async ({ path, body, caller, ahead, now }, { uploads, urls, tree }) => {
    const upload = checkMine(await uploads.find(path.id, ahead), caller.userId)
    checkPending(upload)
    // If the file or folder is not shared with the caller any more, no more parts may be sent.
    if (upload.file !== undefined) await tree.listed('file', upload.file, caller.userId, 'write')
    else await tree.folder(upload.folder === caller.userId ? ROOT : upload.folder, caller.userId, 'write')
    for (const { number, size } of body.parts) {
      const isPart = upload.uploadId !== undefined && partSizeOf(upload, number) === size
      if (!isPart) throw new LetheError('part_refused')
    }
    const parts = await Promise.all(body.parts.map((part) => urls.part(upload, part, now)))
    return { status: 200, body: { parts: parts.map((part) => ({ ...part, expiresAt: isoTime(part.expiresAt) })) } }
  })
