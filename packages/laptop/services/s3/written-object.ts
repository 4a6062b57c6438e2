import { randomBytes } from 'node:crypto'
import type { Bucket } from './bucket.ts'
import { type Checksum, checksumHeader } from './checksums.ts'

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires']

/** The headers of a write that a later read returns. */
export function keptHeaders(headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => KEPT.includes(name) || name.startsWith('x-amz-meta-'))
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept) }
}

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

export function checksumHeaders(checksum: Checksum | undefined, type: ChecksumType): Record<string, string> {
  if (checksum === undefined) return {}
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': type }
}

export function versionHeader({ settings }: Bucket): Record<string, string> {
  return settings.isVersioned ? { 'x-amz-version-id': randomBytes(24).toString('base64url') } : {}
}
