import { LetheError } from '../errors.ts'

/** The version that If-Match asks for; undefined when it asks for any. A weak or foreign tag matches nothing. */
export function ifMatch(headers: Record<string, string | undefined>): number | undefined {
  const tag = headers['if-match']?.trim()
  if (!tag || tag === '*') return undefined
  const version = /^"(\d{1,15})"$/.exec(tag)?.[1]
  if (version === undefined) throw new LetheError('version_conflict')
  return Number(version)
}
