import { AwsError } from '../../door/aws-error.ts'
import type { ObjectRecord } from './objects.ts'

/** Looks at the current object; throws if the write must be refused. */
export type WriteCondition = (current: ObjectRecord | undefined) => void

/** `If-None-Match: *` only creates. `If-Match: <etag>` only replaces the object that the client has seen. */
export function writeCondition(headers: Record<string, string>): WriteCondition {
  const ifNoneMatch = headers['if-none-match']
  const ifMatch = headers['if-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new AwsError(
      'NotImplemented',
      501,
      'A header you provided implies functionality that is not implemented: If-None-Match',
    )
  }
  return (current) => {
    if (ifNoneMatch !== undefined && current !== undefined) throw failed('If-None-Match')
    if (ifMatch === undefined) return
    if (current === undefined) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.')
    if (ifMatch !== '*' && unquoted(ifMatch) !== unquoted(current.etag)) throw failed('If-Match')
  }
}

/** For a condition that was met before the bytes came: if it is not met any more, another write came in between. */
export function conditionAfterRace(condition: WriteCondition): WriteCondition {
  return (current) => {
    try {
      condition(current)
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause
      throw new AwsError(
        'ConditionalRequestConflict',
        409,
        'The conditional request cannot succeed due to a conflicting operation against this resource.',
      )
    }
  }
}

/** RFC 9110, section 13.2.2. True if the client already has the object; throws 412 for a condition that is not met. */
export function isNotModified(headers: Record<string, string>, { etag, lastModified }: ObjectRecord): boolean {
  const modifiedAt = Date.parse(lastModified)
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers
  const unmodifiedSince = timeIn(headers['if-unmodified-since'])
  const modifiedSince = timeIn(headers['if-modified-since'])
  if (ifMatch !== undefined) {
    if (!names(ifMatch, etag)) throw failed('If-Match')
  } else if (unmodifiedSince !== undefined && modifiedAt > unmodifiedSince) throw failed('If-Unmodified-Since')
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, etag)
  return modifiedSince !== undefined && modifiedAt <= modifiedSince
}

/** `If-Range`: whether the client's earlier part is of the same object (RFC 9110, section 13.1.5). */
export function isSameAsHeld(ifRange: string | undefined, { etag, lastModified }: ObjectRecord): boolean {
  return ifRange === undefined || ifRange === etag || ifRange === lastModified
}

const unquoted = (etag: string) => etag.replaceAll('"', '')

function names(list: string, etag: string): boolean {
  return list
    .split(',')
    .some((each) => each.trim() === '*' || unquoted(each.trim().replace(/^W\//, '')) === unquoted(etag))
}

/** A header that is not a date is ignored. */
function timeIn(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

function failed(condition: string): AwsError {
  return new AwsError(
    'PreconditionFailed',
    412,
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  )
}
