import { checksumElement } from './checksums.ts'
import { numberIn } from './limits.ts'
import type { S3Operation } from './operation.ts'
import type { UploadedPart } from './uploads.ts'
import { optional, type XmlElement, xmlAnswer } from './xml.ts'

const MOST_PARTS = 1000

export const listParts: S3Operation = async ({ bucket, key, call: { query } }) => {
  const { id, parts, algorithm } = bucket.uploads.get(key, query.uploadId)
  const limit = Math.min(numberIn(query, 'max-parts', MOST_PARTS), MOST_PARTS)
  const marker = numberIn(query, 'part-number-marker', 0)
  const following = [...parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number)
  const page = following.slice(0, limit)
  const last = page.at(-1)?.number
  return xmlAnswer('ListPartsResult', [
    ['Bucket', bucket.name],
    ['Key', key],
    ['UploadId', id],
    ['PartNumberMarker', marker],
    ...optional('NextPartNumberMarker', last),
    ['MaxParts', limit],
    ['IsTruncated', page.length < following.length],
    ['StorageClass', 'STANDARD'],
    ...optional('ChecksumAlgorithm', algorithm?.toUpperCase()),
    ...optional('ChecksumType', algorithm && 'COMPOSITE'),
    ...page.map(partElement),
  ])
}

function partElement({ number, etag, lastModified, data, checksum }: UploadedPart): XmlElement {
  return [
    'Part',
    [
      ['PartNumber', number],
      ['LastModified', lastModified],
      ['ETag', etag],
      ['Size', data.size],
      ...(checksum ? [checksumElement(checksum)] : []),
    ],
  ]
}
