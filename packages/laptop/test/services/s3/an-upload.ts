import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { aStore, Bucket, type Store } from './a-store.ts'

export const Key = 'o/big'
const MIB = 1024 * 1024
export const BIG = Buffer.alloc(5 * MIB, 'a')
export const SMALL = Buffer.from('the end')
export const sha256 = (...data: Buffer[]) => createHash('sha256').update(Buffer.concat(data)).digest()

export function uploads({ client }: Store) {
  const create = async (input: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> => {
    const ChecksumAlgorithm = 'SHA256'
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm, ...input }),
    )
    return UploadId ?? ''
  }
  const part = async (
    UploadId: string,
    PartNumber: number,
    Body: Buffer,
    more: object = {},
  ): Promise<CompletedPart> => {
    const ChecksumSHA256 = sha256(Body).toString('base64')
    const input = { Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256, ...more }
    const { ETag } = await client.send(new UploadPartCommand(input))
    return { PartNumber, ETag, ChecksumSHA256 }
  }
  const complete = (UploadId: string, Parts: CompletedPart[], more: object = {}) =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }))
  const listParts = (UploadId: string, more: object = {}) =>
    client.send(new ListPartsCommand({ Bucket, Key, UploadId, ...more }))
  const abort = (UploadId: string) => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
  const read = async (more: object = {}) =>
    (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString()
  return { create, part, complete, listParts, abort, read }
}

export async function storeForUploads() {
  const store = await aStore()
  return { ...store, ...uploads(store) }
}

export async function twoParts(it: Pick<Awaited<ReturnType<typeof storeForUploads>>, 'create' | 'part'>) {
  const id = await it.create()
  const parts = [await it.part(id, 1, BIG), await it.part(id, 2, SMALL)]
  return { id, parts }
}
