import { numberIn } from './limits.ts'
import type { ObjectRecord } from './objects.ts'
import type { S3Operation } from './operation.ts'
import { optional, type XmlElement, xmlAnswer } from './xml.ts'

const MOST_KEYS = 1000

export const listObjects: S3Operation = async ({ bucket, call: { query } }) => {
  const prefix = query.prefix ?? ''
  const limit = Math.min(numberIn(query, 'max-keys', MOST_KEYS), MOST_KEYS)
  const after = startAfter(query)
  const all = await bucket.objects.list()
  const matching = all.filter(({ key }) => key.startsWith(prefix) && isAfter(key, after))
  const page = matching.slice(0, limit)
  const last = page.at(-1)
  const isTruncated = page.length < matching.length && last !== undefined
  return xmlAnswer('ListBucketResult', [
    ['Name', bucket.name],
    ['Prefix', prefix],
    ['KeyCount', page.length],
    ['MaxKeys', limit],
    ['IsTruncated', isTruncated],
    ...optional('NextContinuationToken', isTruncated ? Buffer.from(last.key).toString('base64') : undefined),
    ...page.map(entry),
  ])
}

function startAfter(query: Record<string, string>): string {
  const token = query['continuation-token']
  return token === undefined ? (query['start-after'] ?? '') : Buffer.from(token, 'base64').toString('utf8')
}

/** S3 orders keys by their UTF-8 bytes. */
const isAfter = (key: string, after: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0

function entry({ key, size, etag, lastModified }: ObjectRecord): XmlElement {
  return [
    'Contents',
    [
      ['Key', key],
      ['LastModified', new Date(lastModified).toISOString()],
      ['ETag', etag],
      ['Size', size],
      ['StorageClass', 'STANDARD'],
    ],
  ]
}
