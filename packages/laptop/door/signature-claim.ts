import { REGION } from '../model.ts'
import { AwsError, type Refusal, refuse } from './aws-error.ts'
import { type RequestHead, SERVICE_NAMES, type ServiceName } from './call.ts'

const ALGORITHM = 'AWS4-HMAC-SHA256'
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600

/** What a request says about its signature. Nothing of it has been checked yet. */
export type SignatureClaim = {
  accessKeyId: string
  service: ServiceName
  signedAt: Date
  signedHeaders: Set<string>
  signature: string
  token: string | undefined
  presigned: boolean
  expiresSeconds: number | undefined
}

export function readClaim(request: RequestHead): SignatureClaim {
  if (request.headers.authorization !== undefined) return headerClaim(request, request.headers.authorization)
  if (request.query['X-Amz-Signature'] !== undefined) return presignedClaim(request)
  const service = likelyService(request)
  if (service === 's3' && Object.keys(request.query).some((name) => name.startsWith('response-'))) {
    const message = 'Request specific response headers cannot be used for anonymous GET requests.'
    throw new AwsError('InvalidRequest', 400, message)
  }
  throw refuse(service, 'missing', 'Missing Authentication Token')
}

/** A guess, for the answer to a request that does not say properly which service it means. */
export function likelyService(request: RequestHead): ServiceName {
  const target = request.headers['x-amz-target'] ?? ''
  if (target.startsWith('DynamoDB')) return 'dynamodb'
  if (target.startsWith('AmazonSQS')) return 'sqs'
  if (target.startsWith('secretsmanager')) return 'secretsmanager'
  if (request.path.startsWith('/2015-03-31/functions/')) return 'lambda'
  return request.path.startsWith('/v2/email/') ? 'ses' : 's3'
}

function headerClaim(request: RequestHead, authorization: string): SignatureClaim {
  const malformed = malformedAt(request, 'malformed')
  if (!authorization.startsWith(`${ALGORITHM} `))
    throw malformed('The authorization mechanism must be AWS4-HMAC-SHA256')
  const fields = new Map<string, string>()
  for (const part of authorization.slice(ALGORITHM.length).split(',')) {
    const equals = part.indexOf('=')
    fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  return {
    ...readFields(malformed, {
      credential: fields.get('Credential'),
      date: request.headers['x-amz-date'],
      signedHeaders: fields.get('SignedHeaders'),
      signature: fields.get('Signature'),
    }),
    token: request.headers['x-amz-security-token'],
    presigned: false,
    expiresSeconds: undefined,
  }
}

function presignedClaim(request: RequestHead): SignatureClaim {
  const malformed = malformedAt(request, 'malformedQuery')
  const { query } = request
  if (query['X-Amz-Algorithm'] !== ALGORITHM) throw malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  const fields = readFields(malformed, {
    credential: query['X-Amz-Credential'],
    date: query['X-Amz-Date'],
    signedHeaders: query['X-Amz-SignedHeaders'],
    signature: query['X-Amz-Signature'],
  })
  if (fields.service !== 's3') throw malformed('Only S3 requests may be presigned')
  const expires = query['X-Amz-Expires'] ?? ''
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS) {
    throw malformed('X-Amz-Expires must be a number of seconds, less than a week (in seconds)')
  }
  return { ...fields, token: query['X-Amz-Security-Token'], presigned: true, expiresSeconds: Number(expires) }
}

type RawFields = Record<'credential' | 'date' | 'signedHeaders' | 'signature', string | undefined>
type Malformed = (message: string) => Error

function malformedAt(request: RequestHead, refusal: Refusal): Malformed {
  return (message) => refuse(likelyService(request), refusal, message)
}

function readFields(malformed: Malformed, raw: RawFields) {
  if (!raw.credential || !raw.date || !raw.signedHeaders || !raw.signature) {
    throw malformed('The signature needs a credential, a date, signed headers and a signature')
  }
  const [accessKeyId = '', day, region, serviceName, terminator, ...rest] = raw.credential.split('/')
  const service = SERVICE_NAMES.find((name) => name === serviceName)
  if (service === undefined || terminator !== 'aws4_request' || rest.length > 0) {
    throw malformed(`The credential scope names no service of the laptop cloud: ${raw.credential}`)
  }
  if (region !== REGION) throw malformed(`The credential scope has region ${region}; expecting '${REGION}'`)
  const signedAt = readDate(raw.date)
  if (signedAt === undefined || raw.date.slice(0, 8) !== day) throw malformed(`The date is invalid: ${raw.date}`)
  return {
    accessKeyId,
    service,
    signedAt,
    signedHeaders: new Set(raw.signedHeaders.split(';')),
    signature: raw.signature,
  }
}

function readDate(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return undefined
  const date = new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
