import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  NoSuchUpload,
  NotFound,
  S3Client,
  type Part as S3Part,
} from '@aws-sdk/client-s3'
import type { AwsPlace } from '../data/aws-place.ts'
import { must, sdkSettings } from '../data/client.ts'
import { objectName } from './content.ts'
import { isWhole, type Upload } from './upload.ts'

export type Found = { size: number; sum: string | undefined }
export type Part = { number: number; size: number; sha256: string; etag: string; at: number }
export type PartPage = { parts: Part[]; next: number | undefined }

/** S3 needs long to put ten thousand parts together. All tries together still fit into the function's time. */
const PATIENCE_WITH_PARTS = { requestTimeout: 80_000 }

/** For functions that call S3 themselves: to look at objects, to put parts together, to delete objects. */
export function objectStore(place: AwsPlace, bucket: string) {
  const s3 = new S3Client(sdkSettings('s3', place))
  const at = (id: string) => ({ Bucket: bucket, Key: objectName(id) })

  async function listParts({ id, uploadId }: Upload, after = 0): Promise<PartPage | undefined> {
    const marker = after === 0 ? {} : { PartNumberMarker: String(after) }
    const page = await unless(NoSuchUpload, s3.send(new ListPartsCommand({ ...at(id), UploadId: uploadId, ...marker })))
    return (
      page && {
        parts: (page.Parts ?? []).map(partOf),
        next: page.IsTruncated ? page.Parts?.at(-1)?.PartNumber : undefined,
      }
    )
  }

  return {
    async head(id: string): Promise<Found | undefined> {
      const found = await unless(NotFound, s3.send(new HeadObjectCommand({ ...at(id), ChecksumMode: 'ENABLED' })))
      return found && { size: found.ContentLength ?? 0, sum: found.ChecksumSHA256 }
    },

    /** A page of the parts that S3 has. Undefined when S3 no longer knows the upload. */
    listParts,

    async allParts(upload: Upload): Promise<Part[] | undefined> {
      const parts: Part[] = []
      let next: number | undefined = 0
      while (next !== undefined) {
        const page: PartPage | undefined = await listParts(upload, next)
        if (!page) return undefined
        parts.push(...page.parts)
        next = page.next
      }
      return parts
    },

    /** No failure if an earlier call, whose answer was lost, joined the parts: the caller looks for the object. */
    async putTogether(upload: Upload, parts: readonly Part[]): Promise<void> {
      if (!isWhole(upload, parts)) throw new Error(`${upload.id}: not all of its parts are there`)
      const Parts = parts.map(({ number, etag, sha256 }) => ({
        PartNumber: number,
        ETag: etag,
        ChecksumSHA256: sha256,
      }))
      const whole = { UploadId: upload.uploadId, IfNoneMatch: '*', MultipartUpload: { Parts } }
      const complete = new S3Client(sdkSettings('s3', place, PATIENCE_WITH_PARTS)).send(
        new CompleteMultipartUploadCommand({ ...at(upload.id), ...whole }),
      )
      await unless(NoSuchUpload, complete).catch((error) => {
        if (error.cause?.name !== 'PreconditionFailed') throw error
      })
    },

    /** Removes whatever S3 has of the upload: parts, an object, or nothing. */
    async remove({ id, uploadId }: Pick<Upload, 'id' | 'uploadId'>): Promise<void> {
      if (uploadId !== undefined) {
        await unless(NoSuchUpload, s3.send(new AbortMultipartUploadCommand({ ...at(id), UploadId: uploadId })))
      }
      await must(s3.send(new DeleteObjectCommand(at(id))))
    },

    /** A page of the ids of all objects, in the order of S3. */
    async list(after: string | undefined): Promise<{ found: { id: string; at: number }[]; next: string | undefined }> {
      const prefix = objectName('')
      const start = after === undefined ? {} : { StartAfter: objectName(after) }
      const page = await must(s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...start })))
      const found = (page.Contents ?? []).map(({ Key = '', LastModified }) => ({
        id: Key.slice(prefix.length),
        at: Math.floor((LastModified?.getTime() ?? 0) / 1000),
      }))
      return { found, next: page.IsTruncated ? found.at(-1)?.id : undefined }
    },
  }
}

const partOf = ({ PartNumber = 0, Size = 0, ChecksumSHA256 = '', ETag = '', LastModified }: S3Part): Part => ({
  number: PartNumber,
  size: Size,
  sha256: ChecksumSHA256,
  etag: ETag,
  at: Math.floor((LastModified?.getTime() ?? 0) / 1000),
})

/** Undefined for the error `absent`. Any other error means that S3 is not available. */
async function unless<T>(absent: new (...args: never[]) => Error, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof absent) return undefined
    return must(Promise.reject(error))
  }
}

export type Objects = ReturnType<typeof objectStore>
