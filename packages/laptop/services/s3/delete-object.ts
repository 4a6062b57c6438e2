import { writeCondition } from './conditions.ts'
import type { S3Operation } from './operation.ts'
import { versionHeader } from './written-object.ts'

/** Deleting what is not there succeeds too. A bucket with versions keeps the bytes until its lifecycle removes them. */
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
