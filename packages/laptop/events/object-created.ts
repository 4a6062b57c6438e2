import * as v from 'valibot'
import { ACCOUNT } from '../model.ts'
import { type BusEvent, newEvent } from './event.ts'

/** What the event of a newly written object tells about it. */
export type CreatedObject = {
  bucket: string
  key: string
  size: number
  etag: string
  versionId: string | undefined
  /** Hexadecimal. Of two events for one key, the later one has the larger value. */
  sequencer: string
  reason: 'PutObject' | 'CompleteMultipartUpload'
  requestId: string
  sourceIp: string
}

const SOURCE = 'aws.s3'
const DETAIL_TYPE = 'Object Created'

/** Other than in S3's own notifications, the key is not URL-encoded and the ETag has no quotes. */
export function objectCreated(object: CreatedObject): BusEvent {
  const { bucket, key, size, etag, versionId, sequencer, reason, requestId, sourceIp } = object
  return newEvent({
    source: SOURCE,
    detailType: DETAIL_TYPE,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        size,
        etag: etag.replaceAll('"', ''),
        ...(versionId !== undefined && { 'version-id': versionId }),
        sequencer,
      },
      'request-id': requestId,
      requester: ACCOUNT,
      'source-ip-address': sourceIp,
      reason,
    },
  })
}

export function isObjectCreated(event: BusEvent): boolean {
  return event.source === SOURCE && event['detail-type'] === DETAIL_TYPE
}

const detailSchema = v.object({
  bucket: v.object({ name: v.string() }),
  object: v.object({ key: v.string(), etag: v.string(), 'version-id': v.optional(v.string()) }),
})

export function objectOf(event: BusEvent): Pick<CreatedObject, 'bucket' | 'key' | 'etag' | 'versionId'> {
  const { bucket, object } = v.parse(detailSchema, event.detail)
  return { bucket: bucket.name, key: object.key, etag: object.etag, versionId: object['version-id'] }
}
