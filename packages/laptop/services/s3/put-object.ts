import { conditionAfterRace, writeCondition } from './conditions.ts'
import type { ObjectRecord } from './objects.ts'
import { ENCRYPTED, type S3Operation } from './operation.ts'
import { receive } from './receive.ts'
import { checksumHeaders, keptHeaders, versionHeader } from './written-object.ts'

export const putObject: S3Operation = async ({ bucket, key, call, now, prepareTelling }) => {
  const { objects, data, inTurn } = bucket
  const condition = writeCondition(call.headers)
  condition(await objects.find(key))
  const received = await receive(data, call, 'md5')
  const told = { ...checksumHeaders(received.checksum, 'FULL_OBJECT'), ...versionHeader(bucket) }
  const record: ObjectRecord = {
    key,
    size: received.data.size,
    etag: received.etag,
    lastModified: new Date(now()).toUTCString(),
    headers: { ...keptHeaders(call.headers), ...told },
    data: [received.data],
  }
  const tell = await inTurn(key, async () => {
    conditionAfterRace(condition)(await objects.find(key))
    const tell = await prepareTelling(record, 'PutObject')
    await objects.put(record)
    return tell
  }).catch(async (error) => {
    await data.discard(record.data)
    throw error
  })
  await tell()
  return { status: 200, headers: { etag: record.etag, ...ENCRYPTED, ...told }, body: '' }
}
