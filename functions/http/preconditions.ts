import { LetheError } from '../errors.ts'

/** The version in If-Match; undefined if any version will do. A weak ETag, or one not made by Lethe, never matches. */
export function ifMatch(headers: Record<string, string | undefined>): number | undefined {
  const tag = headers['if-match']?.trim()
  if (!tag || tag === '*') return undefined
  const version = /^"(\d{1,15})"$/.exec(tag)?.[1]
  if (version === undefined) throw new LetheError('version_conflict')
  return Number(version)
}
