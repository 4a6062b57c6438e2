import { AwsError } from '../../door/aws-error.ts'
import type { Answer, Call } from '../../door/call.ts'
import type { BucketFiles, ObjectRecord } from './object-files.ts'

const UNSUPPORTED = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

export async function getObject(files: BucketFiles, bucket: string, key: string, call: Call): Promise<Answer> {
  refuseUnsupported(call)
  const object = await files.read(key)
  if (object === undefined) throw missing(bucket, call)
  return { status: 200, headers: headersOf(object, call), body: object.body }
}

export async function headObject(files: BucketFiles, bucket: string, key: string, call: Call): Promise<Answer> {
  refuseUnsupported(call)
  const object = await files.find(key)
  if (object === undefined) throw missing(bucket, call)
  return { status: 200, headers: { ...headersOf(object, call), 'content-length': String(object.size) }, body: '' }
}

function refuseUnsupported({ headers }: Call): void {
  const name = UNSUPPORTED.find((header) => headers[header] !== undefined)
  if (name !== undefined) throw new AwsError('NotImplemented', 501, `The laptop cloud does not know ${name} on reads`)
}

/** Who may not list a bucket does not learn from an error which keys it holds. */
function missing(bucket: string, call: Call): AwsError {
  return call.may('s3:ListBucket', `arn:aws:s3:::${bucket}`)
    ? new AwsError('NoSuchKey', 404, 'The specified key does not exist.')
    : new AwsError('AccessDenied', 403, 'Access Denied')
}

function headersOf(object: ObjectRecord, call: Call): Record<string, string> {
  const withChecksum = call.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
  const kept = Object.entries(object.headers).filter(([name]) => withChecksum || !name.startsWith('x-amz-checksum-'))
  return {
    ...Object.fromEntries(kept),
    etag: object.etag,
    'last-modified': object.lastModified,
    'accept-ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
  }
}
