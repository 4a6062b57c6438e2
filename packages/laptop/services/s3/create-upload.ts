import { AwsError } from '../../door/aws-error.ts'
import { type Algorithm, isAlgorithm } from './checksums.ts'
import { ENCRYPTED, type S3Operation } from './operation.ts'
import { keptHeaders } from './written-object.ts'
import { xmlAnswer } from './xml.ts'

export const createUpload: S3Operation = async ({ bucket, key, call, now }) => {
  const algorithm = requestedAlgorithm(call.headers)
  const draft = { key, initiatedAt: now(), headers: keptHeaders(call.headers), ...(algorithm && { algorithm }) }
  const { id } = await bucket.uploads.create(draft)
  const headers: Record<string, string> = { ...ENCRYPTED }
  if (algorithm !== undefined) {
    headers['x-amz-checksum-algorithm'] = algorithm.toUpperCase()
    headers['x-amz-checksum-type'] = 'COMPOSITE'
  }
  const names = { Bucket: bucket.name, Key: key, UploadId: id }
  return xmlAnswer('InitiateMultipartUploadResult', Object.entries(names), headers)
}

function requestedAlgorithm(headers: Record<string, string>): Algorithm | undefined {
  const name = headers['x-amz-checksum-algorithm']?.toLowerCase()
  const type = headers['x-amz-checksum-type']
  if (name === undefined) {
    if (type === undefined) return undefined
    const message = 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'
    throw new AwsError('InvalidRequest', 400, message)
  }
  if (!isAlgorithm(name)) throw new AwsError('NotImplemented', 501, `The laptop cloud cannot compute ${name} checksums`)
  if (type === undefined || type === 'COMPOSITE') return name
  if (type !== 'FULL_OBJECT')
    throw new AwsError('InvalidRequest', 400, 'Value for x-amz-checksum-type header is invalid.')
  if (name === 'crc32') throw new AwsError('NotImplemented', 501, 'The laptop cloud does not combine CRCs of parts')
  const message = `The FULL_OBJECT checksum type cannot be used with the ${name} checksum algorithm.`
  throw new AwsError('InvalidRequest', 400, message)
}
