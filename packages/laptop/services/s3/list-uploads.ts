import { numberIn } from './limits.ts'
import type { S3Operation } from './operation.ts'
import type { OpenUpload } from './uploads.ts'
import { optional, type XmlElement, xmlAnswer } from './xml.ts'

const MOST_UPLOADS = 1000

export const listUploads: S3Operation = async ({ bucket, call: { query } }) => {
  const limit = Math.min(numberIn(query, 'max-uploads', MOST_UPLOADS), MOST_UPLOADS)
  const { prefix = '', 'key-marker': keyMarker = '', 'upload-id-marker': idMarker = '' } = query
  const isAfterMarker = ({ key, id }: OpenUpload) => {
    const order = Buffer.compare(Buffer.from(key), Buffer.from(keyMarker))
    return order > 0 || (order === 0 && idMarker !== '' && id > idMarker)
  }
  const following = bucket.uploads.list().filter((upload) => upload.key.startsWith(prefix) && isAfterMarker(upload))
  const page = following.slice(0, limit)
  const isTruncated = page.length < following.length
  const last = isTruncated ? page.at(-1) : undefined
  return xmlAnswer('ListMultipartUploadsResult', [
    ['Bucket', bucket.name],
    ['KeyMarker', keyMarker],
    ['UploadIdMarker', idMarker],
    ...optional('NextKeyMarker', last?.key),
    ...optional('NextUploadIdMarker', last?.id),
    ['Prefix', prefix],
    ['MaxUploads', limit],
    ['IsTruncated', isTruncated],
    ...page.map(uploadElement),
  ])
}

function uploadElement({ key, id, initiatedAt, algorithm }: OpenUpload): XmlElement {
  return [
    'Upload',
    [
      ['Key', key],
      ['UploadId', id],
      ['Initiated', new Date(initiatedAt).toISOString()],
      ['StorageClass', 'STANDARD'],
      ...optional('ChecksumAlgorithm', algorithm?.toUpperCase()),
      ...optional('ChecksumType', algorithm && 'COMPOSITE'),
    ],
  ]
}
