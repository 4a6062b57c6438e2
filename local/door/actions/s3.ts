import { refuse } from '../aws-error.ts'
import type { AwsRequest, Need } from '../call.ts'

export type S3Target = { bucket: string; key: string }

type Operation = { name: string; method: string; on: 'bucket' | 'object'; action: string; query: string[] }

/** Query names that select or shape an operation. Any other name is another operation, so it is refused. */
const OPERATIONS: Operation[] = [
  { name: 'PutObject', method: 'PUT', on: 'object', action: 's3:PutObject', query: [] },
  { name: 'GetObject', method: 'GET', on: 'object', action: 's3:GetObject', query: [] },
  { name: 'HeadObject', method: 'HEAD', on: 'object', action: 's3:GetObject', query: [] },
  { name: 'DeleteObject', method: 'DELETE', on: 'object', action: 's3:DeleteObject', query: [] },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    action: 's3:ListBucket',
    query: ['list-type', 'prefix', 'max-keys', 'continuation-token', 'start-after'],
  },
]

/** Headers with a meaning the laptop cloud has; one it does not know could be a copy, an ACL or a lock. */
const AMZ_HEADERS =
  /^x-amz-(content-sha256|date|security-token|user-agent|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-[a-z0-9]+|meta-.+)$/

export function identifyS3(request: AwsRequest): { operation: string; needs: Need[] } {
  const { bucket, key } = readTarget(request.path)
  const names = Object.keys(request.query).filter((name) => !/^(X-Amz-|x-id$)/.test(name))
  const operation = OPERATIONS.find(
    ({ method, on, query }) =>
      method === request.method && (on === 'object') === (key !== '') && names.every((name) => query.includes(name)),
  )
  const strangeHeader = Object.keys(request.headers).find(
    (name) => name.startsWith('x-amz-') && !AMZ_HEADERS.test(name),
  )
  const isListV1 = operation?.name === 'ListObjectsV2' && request.query['list-type'] !== '2'
  if (operation === undefined || strangeHeader !== undefined || isListV1 || bucket === '') {
    const what = strangeHeader ?? `?${names.join('&')}`
    throw refuse(
      's3',
      'unknownOperation',
      `The laptop cloud does not know ${request.method} ${request.path} with ${what}`,
    )
  }
  const arn = key === '' ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`
  return { operation: operation.name, needs: [{ action: operation.action, resources: [arn] }] }
}

/** Path style: `/bucket/key`. */
export function readTarget(path: string): S3Target {
  const slash = path.indexOf('/', 1)
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash)
  try {
    return { bucket: decodeURIComponent(bucket), key: slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1)) }
  } catch {
    throw refuse('s3', 'malformed', `Couldn't parse the specified URI: ${path}`)
  }
}
