import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readTarget } from '../door/actions/s3.ts'
import { AwsError } from '../door/aws-error.ts'
import type { Call, Service } from '../door/call.ts'
import type { Resource } from '../model.ts'
import { abortUpload } from './s3/abort-upload.ts'
import type { OnCreated } from './s3/announcements.ts'
import { applyLifecycle, type Bucket, openBucket } from './s3/bucket.ts'
import { completeUpload } from './s3/complete-upload.ts'
import { createUpload } from './s3/create-upload.ts'
import { deleteObject } from './s3/delete-object.ts'
import { getObject, headObject } from './s3/get-object.ts'
import { listObjects } from './s3/list-objects.ts'
import { listParts } from './s3/list-parts.ts'
import { listUploads } from './s3/list-uploads.ts'
import type { ObjectRecord } from './s3/objects.ts'
import type { S3Operation, S3Request } from './s3/operation.ts'
import { putObject } from './s3/put-object.ts'
import { uploadPart } from './s3/upload-part.ts'

export type StoredObject = Omit<ObjectRecord, 'data'> & { body: Buffer }

export type ObjectStore = {
  service: Service
  /** For the laptop cloud itself: the outbox serves issuer documents. */
  read(bucket: string, key: string): Promise<StoredObject | undefined>
  /** For objects that may be larger than the memory. The caller must read to the end or end the iteration. */
  stream(bucket: string, key: string): Promise<{ size: number; body: AsyncIterable<Buffer> } | undefined>
  stop(): Promise<void>
}

type ObjectStoreOptions = {
  buckets: Resource[]
  folder: string
  /** Called for buckets that notify EventBridge. The write is answered after it resolves. */
  onCreated: OnCreated
  report(line: string): void
  now?: () => number
}

const OPERATIONS: Record<string, S3Operation> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  ListObjectsV2: listObjects,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListMultipartUploads: listUploads,
}

const LIFECYCLE_MILLISECONDS = 3600 * 1000

/** The buckets among the resources, kept in files. */
export async function openObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const { folder, onCreated, report, now = Date.now } = options
  const buckets = new Map<string, Bucket>()
  for (const resource of options.buckets.filter(({ type }) => type === 'AWS::S3::Bucket')) {
    buckets.set(resource.ref, await openBucket(resource, join(folder, resource.ref), { now, onCreated, report }))
  }
  const passLifecycle = async () => {
    for (const bucket of buckets.values()) await applyLifecycle(bucket, now())
  }
  await passLifecycle()
  let passing = Promise.resolve()
  const timer = setInterval(() => {
    passing = passLifecycle().catch((error) => report(`Lifecycle rules were not applied: ${error}`))
  }, LIFECYCLE_MILLISECONDS)
  timer.unref()
  const stream = async (bucketName: string, key: string) => {
    const bucket = buckets.get(bucketName)
    return bucket?.inTurn(key, async () => {
      const record = await bucket.objects.find(key)
      return record && { record, body: bucket.data.stream(record.data, { start: 0, end: record.size }) }
    })
  }
  return {
    async service(call) {
      const { bucket: name, key } = readTarget(call.path)
      const operation = OPERATIONS[call.operation]
      const bucket = buckets.get(name)
      if (bucket === undefined) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist')
      if (operation === undefined) throw new Error(`the S3 of the laptop cloud has no ${call.operation}`)
      if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 400, 'Your key is too long')
      const requestId = randomUUID()
      const prepareTelling = preparer(bucket, call, requestId)
      const answer = await operation({ bucket, key, call, now, prepareTelling })
      return { ...answer, headers: { 'x-amz-request-id': requestId, ...answer.headers } }
    },
    async read(bucket, key) {
      const found = await stream(bucket, key)
      return found && { ...found.record, body: await buffer(found.body) }
    },
    async stream(bucket, key) {
      const found = await stream(bucket, key)
      return found && { size: found.record.size, body: found.body }
    },
    async stop() {
      clearInterval(timer)
      await passing
    },
  }
}

function preparer(bucket: Bucket, { sourceIp }: Call, requestId: string): S3Request['prepareTelling'] {
  const { name, settings, announcements } = bucket
  return async (record, reason) => {
    if (!settings.tellsEvents) return async () => {}
    const { key, size, etag, headers } = record
    const versionId = headers['x-amz-version-id']
    return announcements.prepare({ bucket: name, key, size, etag, versionId, reason, requestId, sourceIp }, record)
  }
}
