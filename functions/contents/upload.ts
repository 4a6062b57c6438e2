import type { Content, Scan } from './content.ts'

export const MIB = 2 ** 20
/** Up to this size a file is sent by one PUT, with the digest of the whole content. */
export const LARGEST_SINGLE = 16 * MIB
export const LARGEST_FILE = 5 * 2 ** 40
const MOST_PARTS = 10_000

export const PUT_LIFE = 15 * 60
/** Much longer than a URL works, because a PUT that began late may still be running when its URL expires. */
const SINGLE_LIFE = 2 * 3600
const MULTIPART_IDLE = 86_400

/** An object and what is known about it, from the moment its room is reserved until it is gone. */
export type Upload = {
  id: string
  state: 'pending' | 'ready' | 'dead'
  owner: string
  /** Who uploads: the owner, or a user with whom the folder is shared. */
  by: string
  folder: string
  name: string
  /** The file that gets a new version, even if it was renamed meanwhile. */
  file?: string
  /** The id of the new file, unless the folder has a file of this name when the upload arrives. */
  node: string
  size: number
  type: string
  /** For a single PUT: as announced. For several parts: known when S3 has put them together. */
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

/** The smallest part size, in whole MiB and at least 16 MiB, that needs at most 10 000 parts. */
export function partSizeFor(size: number): number {
  return Math.max(LARGEST_SINGLE, Math.ceil(size / MOST_PARTS / MIB) * MIB)
}

export function partCount({ size, partSize = size }: { size: number; partSize?: number }): number {
  return Math.max(1, Math.ceil(size / partSize))
}

/** The exact size the part must have; undefined if the upload has no such part. */
export function partSizeOf({ size, partSize = size }: { size: number; partSize?: number }, number: number) {
  const count = partCount({ size, partSize })
  if (number < 1 || number > count) return undefined
  return number < count ? partSize : size - (count - 1) * partSize
}

/** True if no part is missing and each part has its exact size. */
export function isWhole(upload: Upload, parts: readonly { number: number; size: number }[]): boolean {
  return parts.length === partCount(upload) && parts.every(({ number, size }) => partSizeOf(upload, number) === size)
}

/** `lastPartAt` comes from S3: asking only for URLs does not keep an upload open. */
export function giveUpAt({ createdAt, uploadId }: Upload, lastPartAt = createdAt): number {
  return uploadId === undefined ? createdAt + SINGLE_LIFE : lastPartAt + MULTIPART_IDLE
}

export function contentOf({ id, size, type, partSize, by }: Upload, sum: string, now: number): Content {
  const parts = partSize === undefined ? {} : { partSize }
  return { object: id, size, type, sum, ...parts, addedAt: now, addedBy: by }
}

/** S3's sum of an upload in parts: the digest of the parts' digests, and the number of parts. */
export const isSumOfParts = (sum: string, upload: Upload) => sum.endsWith(`-${partCount(upload)}`)
