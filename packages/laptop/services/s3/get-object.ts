import { AwsError } from '../../door/aws-error.ts'
import type { AwsAnswer, Call } from '../../door/call.ts'
import type { Bucket } from './bucket.ts'
import { isNotModified, isSameAsHeld } from './conditions.ts'
import type { Span } from './data-files.ts'
import type { ObjectRecord } from './objects.ts'
import { ENCRYPTED, type S3Operation } from './operation.ts'
import { requestedSpan } from './ranges.ts'

export const getObject: S3Operation = ({ bucket, key, call }) =>
  // In the key's turn: the data must not be discarded before the stream has opened it.
  bucket.inTurn(key, async () => {
    const record = await bucket.objects.find(key)
    if (record === undefined) throw missing(bucket, call)
    const { head, span } = describe(record, call)
    if (span === undefined) return head
    return { status: head.status, headers: head.headers, stream: bucket.data.stream(record.data, span) }
  })

export const headObject: S3Operation = async ({ bucket, key, call }) => {
  const record = await bucket.objects.find(key)
  if (record === undefined) throw missing(bucket, call)
  return describe(record, call).head
}

/** A caller that may not list the bucket must not learn from an error which keys it holds. */
function missing(bucket: Bucket, call: Call): AwsError {
  return call.may('s3:ListBucket', `arn:aws:s3:::${bucket.name}`)
    ? new AwsError('NoSuchKey', 404, 'The specified key does not exist.')
    : new AwsError('AccessDenied', 403, 'Access Denied')
}

/** The answer without its bytes, and the bytes to send; undefined if the client already has them. */
function describe(record: ObjectRecord, call: Call): { head: AwsAnswer; span: Span | undefined } {
  const overrides = overriddenHeaders(call.query)
  if (isNotModified(call.headers, record)) {
    const { 'cache-control': cacheControl } = record.headers
    const headers = { etag: record.etag, 'last-modified': record.lastModified }
    const cached = cacheControl === undefined ? headers : { ...headers, 'cache-control': cacheControl }
    return { head: { status: 304, headers: cached, body: '' }, span: undefined }
  }
  const range = isSameAsHeld(call.headers['if-range'], record) ? call.headers.range : undefined
  const part = requestedSpan(range, record.size)
  const span = part ?? { start: 0, end: record.size }
  const headers = {
    ...recordHeaders(record, call, part !== undefined),
    ...overrides,
    'content-length': String(span.end - span.start),
    ...(part && { 'content-range': `bytes ${part.start}-${part.end - 1}/${record.size}` }),
  }
  return { head: { status: part === undefined ? 200 : 206, headers, body: '' }, span }
}

/** `response-content-type` and similar ones. They are signed: the signer decides how a browser treats the bytes. */
function overriddenHeaders(query: Record<string, string>): Record<string, string> {
  const overrides: Record<string, string> = {}
  for (const [name, value] of Object.entries(query)) {
    if (!name.startsWith('response-')) continue
    if (/[^\t\x20-\x7e\xa0-\xff]/.test(value)) {
      throw new AwsError('InvalidArgument', 400, 'Header value cannot be represented using ISO-8859-1.')
    }
    overrides[name.slice('response-'.length)] = value
  }
  return overrides
}

/** A checksum is that of the whole object: it would be wrong for a range. */
function recordHeaders(record: ObjectRecord, call: Call, isPart: boolean): Record<string, string> {
  const withChecksum = call.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !isPart
  const kept = Object.entries(record.headers).filter(([name]) => withChecksum || !name.startsWith('x-amz-checksum-'))
  return {
    ...Object.fromEntries(kept),
    etag: record.etag,
    'last-modified': record.lastModified,
    'accept-ranges': 'bytes',
    ...ENCRYPTED,
  }
}
