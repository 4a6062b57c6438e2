import type { Content, Scan } from './content.ts'

export const MIB = 2 ** 20
/** Up to here a file is one PUT with the digest of its whole. */
export const LARGEST_SINGLE = 16 * MIB
export const LARGEST_FILE = 5 * 2 ** 40
const MOST_PARTS = 10_000

export const PUT_LIFE = 15 * 60
/** Late PUTs may still be under way when their URL ends. */
const SINGLE_LIFE = 2 * 3600
const MULTIPART_IDLE = 86_400

/** An object and what is known about it, from the moment its room is reserved until it is gone. */
export type Upload = {
  id: string
  state: 'pending' | 'ready' | 'dead'
  owner: string
  /** Who uploads: the owner, or one with whom the folder is shared. */
  by: string
  folder: string
  name: string
  /** The file it was begun for, whatever its name is by then. */
  file?: string
  /** The file that comes into being, unless the folder has one of the name by then. */
  node: string
  size: number
  type: string
  /** Of a single PUT as announced; of several parts known when they are put together. */
  sum?: string
  partSize?: number
  uploadId?: string
  createdAt: number
  /** How many versions and files hold this content. */
  refs: number
  scan: Scan
  why?: DeathReason
  diedAt?: number
}

export type DeathReason =
  | 'ended'
  | 'expired'
  | 'mismatch'
  | 'name_taken'
  | 'folder_gone'
  | 'file_gone'
  | 'released'
  | 'lost'

/** As small as may be, in whole MiB, for at most 10 000 parts. */
export function partSizeFor(size: number): number {
  return Math.max(LARGEST_SINGLE, Math.ceil(size / MOST_PARTS / MIB) * MIB)
}

export function partCount({ size, partSize = size }: { size: number; partSize?: number }): number {
  return Math.max(1, Math.ceil(size / partSize))
}

/** The only size the part may have; undefined where the upload has no such part. */
export function partSizeOf({ size, partSize = size }: { size: number; partSize?: number }, number: number) {
  const count = partCount({ size, partSize })
  if (number < 1 || number > count) return undefined
  return number < count ? partSize : size - (count - 1) * partSize
}

/** No gap, and each part of the only size it may have. */
export function isWhole(upload: Upload, parts: readonly { number: number; size: number }[]): boolean {
  return parts.length === partCount(upload) && parts.every(({ number, size }) => partSizeOf(upload, number) === size)
}

/** `lastPartAt` as S3 has it: who only asks for URLs keeps nothing open. */
export function giveUpAt({ createdAt, uploadId }: Upload, lastPartAt = createdAt): number {
  return uploadId === undefined ? createdAt + SINGLE_LIFE : lastPartAt + MULTIPART_IDLE
}

export function contentOf({ id, size, type, partSize, by }: Upload, sum: string, now: number): Content {
  const parts = partSize === undefined ? {} : { partSize }
  return { object: id, size, type, sum, ...parts, addedAt: now, addedBy: by }
}

/** What S3 says the whole is: the digest of the parts' digests, and their number. */
export const isSumOfParts = (sum: string, upload: Upload) => sum.endsWith(`-${partCount(upload)}`)
