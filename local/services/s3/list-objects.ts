import { AwsError, escapeXml } from '../../door/aws-error.ts'
import type { Answer, Call } from '../../door/call.ts'
import type { BucketFiles, ObjectRecord } from './object-files.ts'

const MOST_KEYS = 1000

export async function listObjects(files: BucketFiles, bucket: string, { query }: Call): Promise<Answer> {
  const prefix = query.prefix ?? ''
  const limit = Math.min(Number(query['max-keys'] ?? MOST_KEYS), MOST_KEYS)
  if (!Number.isInteger(limit) || limit < 0)
    throw new AwsError('InvalidArgument', 400, 'Argument max-keys must be an integer')
  const after = startAfter(query)
  const matching = (await files.list()).filter(({ key }) => key.startsWith(prefix) && isAfter(key, after))
  const page = matching.slice(0, limit)
  const last = page.at(-1)
  const isTruncated = page.length < matching.length && last !== undefined
  const token = isTruncated
    ? `<NextContinuationToken>${Buffer.from(last.key).toString('base64')}</NextContinuationToken>`
    : ''
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${escapeXml(bucket)}</Name><Prefix>${escapeXml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${token}${page.map(entry).join('')}</ListBucketResult>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function startAfter(query: Record<string, string>): string {
  const token = query['continuation-token']
  return token === undefined ? (query['start-after'] ?? '') : Buffer.from(token, 'base64').toString('utf8')
}

/** S3 orders keys by their UTF-8 bytes. */
const isAfter = (key: string, after: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0

function entry({ key, size, etag, lastModified }: ObjectRecord): string {
  const modified = new Date(lastModified).toISOString()
  return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified}</LastModified><ETag>${escapeXml(etag)}</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`
}
