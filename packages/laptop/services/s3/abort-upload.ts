import type { S3Operation } from './operation.ts'

export const abortUpload: S3Operation = async ({ bucket, key, call }) => {
  const { uploads, data, inTurn } = bucket
  const aborted = await inTurn(key, async () => {
    const upload = uploads.get(key, call.query.uploadId)
    await uploads.forget(upload)
    return [...upload.parts.values()]
  })
  await data.discard(aborted.map((part) => part.data))
  return { status: 204, headers: {}, body: '' }
}
