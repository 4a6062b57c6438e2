import { writeCondition } from './conditions.ts'
import type { S3Operation } from './operation.ts'
import { versionHeader } from './written-object.ts'

/** Succeeds also without an object. A bucket with versions keeps the bytes until its lifecycle rules remove them. */
export const deleteObject: S3Operation = async ({ bucket, key, call }) => {
  const { objects, inTurn } = bucket
  const condition = writeCondition(call.headers)
  await inTurn(key, async () => {
    condition(await objects.find(key))
    await objects.remove(key)
  })
  const marker = bucket.settings.isVersioned ? { 'x-amz-delete-marker': 'true', ...versionHeader(bucket) } : {}
  return { status: 204, headers: marker, body: '' }
}
