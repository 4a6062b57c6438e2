import type { AwsAnswer, Call, StreamedAwsAnswer } from '../../door/call.ts'
import type { CreatedObject } from '../../events/object-created.ts'
import type { Tell } from './announcements.ts'
import type { Bucket } from './bucket.ts'
import type { ObjectRecord } from './objects.ts'

/** One call of an operation of S3. */
export type S3Request = {
  bucket: Bucket
  key: string
  call: Call
  now(): number
  /** Call it in the key's turn, before the record is put. Call its result afterwards: it sends the event. */
  prepareTelling(record: ObjectRecord, reason: CreatedObject['reason']): Promise<Tell>
}

export type S3Operation = (request: S3Request) => Promise<AwsAnswer | StreamedAwsAnswer>

export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' }
