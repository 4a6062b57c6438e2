import { AwsError } from '../../door/aws-error.ts'
import type { ObjectRecord } from './object-files.ts'

/** `If-None-Match: *` creates only; `If-Match: <etag>` replaces only what the client has seen. */
export function writeCondition(headers: Record<string, string>): (current: ObjectRecord | undefined) => void {
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

const unquoted = (etag: string) => etag.replaceAll('"', '')

function failed(condition: string): AwsError {
  return new AwsError(
    'PreconditionFailed',
    412,
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  )
}
