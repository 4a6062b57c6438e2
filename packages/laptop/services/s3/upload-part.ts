import { AwsError } from '../../door/aws-error.ts'
import { announcedAlgorithm, checksumHeader } from './checksums.ts'
import { ENCRYPTED, type S3Operation } from './operation.ts'
import { receive } from './receive.ts'
import type { OpenUpload } from './uploads.ts'

const HIGHEST_NUMBER = 10_000

/**
 * Clients do not look into a part's ETag, they only send it back. Here it is made from SHA-256: most clients send that
 * checksum anyway, and it takes half the time of MD5.
 */
export const uploadPart: S3Operation = async ({ bucket, key, call, now }) => {
  const { uploads, data, inTurn } = bucket
  const number = partNumber(call.query.partNumber)
  const id = call.query.uploadId
  assertAlgorithm(uploads.get(key, id), call.headers)
  const received = await receive(data, call, 'sha256')
  const { etag, checksum } = received
  const part = {
    number,
    etag,
    lastModified: new Date(now()).toISOString(),
    data: received.data,
    ...(checksum && { checksum }),
  }
  const replaced = await inTurn(key, () => uploads.addPart(uploads.get(key, id), part)).catch(async (error) => {
    // The upload was aborted or completed while the bytes came.
    await data.discard([received.data])
    throw error
  })
  if (replaced !== undefined) await data.discard([replaced.data])
  const proved = checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }
  return { status: 200, headers: { etag, ...ENCRYPTED, ...proved }, body: '' }
}

function partNumber(text = ''): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= HIGHEST_NUMBER) return number
  const message = `Part number must be an integer between 1 and ${HIGHEST_NUMBER}, inclusive`
  throw new AwsError('InvalidArgument', 400, message)
}

function assertAlgorithm({ algorithm }: OpenUpload, headers: Record<string, string>): void {
  const announced = announcedAlgorithm(headers)
  if (algorithm === undefined || announced === algorithm) return
  const types = `expected checksum Type: ${algorithm}, actual checksum Type: ${announced ?? 'null'}`
  throw new AwsError('InvalidRequest', 400, `Checksum Type mismatch occurred, ${types}`)
}
