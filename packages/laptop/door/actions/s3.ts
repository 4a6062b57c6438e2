import { refuse } from '../aws-error.ts'
import type { Need, RequestHead } from '../call.ts'

export type S3Target = { bucket: string; key: string }

type OperationPattern = {
  name: string
  method: string
  on: 'bucket' | 'object'
  action: string
  /** Query names: `selectors` choose this operation, `options` are accepted by it, any other is refused. */
  selectors: string[]
  options?: string[]
  takesContent?: true
}

const RESPONSE_HEADERS = [
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
]

const OPERATIONS: OperationPattern[] = [
  { name: 'PutObject', method: 'PUT', on: 'object', action: 's3:PutObject', selectors: [], takesContent: true },
  {
    name: 'UploadPart',
    method: 'PUT',
    on: 'object',
    action: 's3:PutObject',
    selectors: ['partNumber', 'uploadId'],
    takesContent: true,
  },
  {
    name: 'GetObject',
    method: 'GET',
    on: 'object',
    action: 's3:GetObject',
    selectors: [],
    options: RESPONSE_HEADERS,
  },
  {
    name: 'HeadObject',
    method: 'HEAD',
    on: 'object',
    action: 's3:GetObject',
    selectors: [],
    options: RESPONSE_HEADERS,
  },
  { name: 'DeleteObject', method: 'DELETE', on: 'object', action: 's3:DeleteObject', selectors: [] },
  { name: 'CreateMultipartUpload', method: 'POST', on: 'object', action: 's3:PutObject', selectors: ['uploads'] },
  { name: 'CompleteMultipartUpload', method: 'POST', on: 'object', action: 's3:PutObject', selectors: ['uploadId'] },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    on: 'object',
    action: 's3:AbortMultipartUpload',
    selectors: ['uploadId'],
  },
  {
    name: 'ListParts',
    method: 'GET',
    on: 'object',
    action: 's3:ListMultipartUploadParts',
    selectors: ['uploadId'],
    options: ['max-parts', 'part-number-marker'],
  },
  {
    name: 'ListMultipartUploads',
    method: 'GET',
    on: 'bucket',
    action: 's3:ListBucketMultipartUploads',
    selectors: ['uploads'],
    options: ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker'],
  },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    action: 's3:ListBucket',
    selectors: ['list-type'],
    options: ['prefix', 'max-keys', 'continuation-token', 'start-after'],
  },
]

/** Headers that the laptop cloud understands. Any other is refused: it could ask for a copy, an ACL or a lock. */
const AMZ_HEADERS =
  /^x-amz-(content-sha256|date|security-token|user-agent|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-[a-z0-9]+|meta-.+)$/

/** Not read: parameters of the signature, and checksums that a signer moved into the URL, which S3 ignores too. */
const UNREAD_QUERY = /^(X-Amz-.+|x-id|x-amz-(content-sha256|checksum-[a-z0-9]+|sdk-checksum-algorithm|user-agent))$/

export function identifyS3(request: RequestHead): { operation: string; needs: Need[]; takesContent: boolean } {
  const { bucket, key } = readTarget(request.path)
  const names = Object.keys(request.query).filter((name) => !UNREAD_QUERY.test(name))
  const operation = OPERATIONS.find((candidate) => fits(candidate, request.method, key, names))
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
  const needs: Need[] = [{ action: operation.action, resources: [arn] }]
  return { operation: operation.name, needs, takesContent: operation.takesContent ?? false }
}

function fits({ method, on, selectors, options = [] }: OperationPattern, asked: string, key: string, names: string[]) {
  if (method !== asked || (on === 'object') !== (key !== '')) return false
  const isKnown = (name: string) => selectors.includes(name) || options.includes(name)
  return selectors.every((name) => names.includes(name)) && names.every(isKnown)
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
