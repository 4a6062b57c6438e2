import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readTarget } from '../door/actions/s3.ts'
import { AwsError } from '../door/aws-error.ts'
import type { Answer, Call, Service } from '../door/call.ts'
import type { Resource } from '../model.ts'
import { deleteObject } from './s3/delete-object.ts'
import { getObject, headObject } from './s3/get-object.ts'
import { listObjects } from './s3/list-objects.ts'
import { type BucketFiles, openBucketFiles, type StoredObject } from './s3/object-files.ts'
import { putObject } from './s3/put-object.ts'

export type ObjectStore = {
  service: Service
  /** For the laptop cloud itself: the outbox shows issuer documents. */
  read(bucket: string, key: string): Promise<StoredObject | undefined>
}

const OPERATIONS: Record<string, (files: BucketFiles, bucket: string, key: string, call: Call) => Promise<Answer>> = {
  PutObject: (files, _bucket, key, call) => putObject(files, key, call),
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: (files, _bucket, key, call) => deleteObject(files, key, call),
  ListObjectsV2: (files, bucket, _key, call) => listObjects(files, bucket, call),
}

/** The buckets among the resources, kept in files. */
export async function openObjectStore({
  buckets,
  folder,
}: {
  buckets: Resource[]
  folder: string
}): Promise<ObjectStore> {
  const names = buckets.filter(({ type }) => type === 'AWS::S3::Bucket').map(({ ref }) => ref)
  const opened = await Promise.all(
    names.map(async (name) => [name, await openBucketFiles(join(folder, name))] as const),
  )
  const files = new Map(opened)
  return {
    async service(call) {
      const { bucket, key } = readTarget(call.path)
      const operation = OPERATIONS[call.operation]
      const ofBucket = files.get(bucket)
      if (ofBucket === undefined) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist')
      if (operation === undefined) throw new Error(`the S3 of the laptop cloud has no ${call.operation}`)
      if (Buffer.byteLength(key) > 1024) throw new AwsError('KeyTooLongError', 400, 'Your key is too long')
      const answer = await operation(ofBucket, bucket, key, call)
      return { ...answer, headers: { 'x-amz-request-id': randomUUID(), ...answer.headers } }
    },
    read: async (bucket, key) => files.get(bucket)?.read(key),
  }
}
