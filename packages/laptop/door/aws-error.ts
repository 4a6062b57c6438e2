import { randomUUID } from 'node:crypto'
import type { AwsAnswer, ServiceName } from './call.ts'

/** An error with the code and the status that the real service would answer. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  readonly headers: Record<string, string>

  constructor(code: string, status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

export type Refusal =
  | 'missing'
  | 'malformed'
  | 'malformedQuery'
  | 'unknownKey'
  | 'badToken'
  | 'badSignature'
  | 'skewed'
  | 'expired'
  | 'bodyMismatch'
  | 'unsignedHeader'
  | 'denied'
  | 'unknownOperation'

type RefusalCodes = { code: string; s3Code: string; s3Status: number }

const CODES: Record<Refusal, RefusalCodes> = {
  missing: { code: 'MissingAuthenticationTokenException', s3Code: 'AccessDenied', s3Status: 403 },
  malformed: { code: 'IncompleteSignatureException', s3Code: 'AuthorizationHeaderMalformed', s3Status: 400 },
  malformedQuery: {
    code: 'IncompleteSignatureException',
    s3Code: 'AuthorizationQueryParametersError',
    s3Status: 400,
  },
  unknownKey: { code: 'UnrecognizedClientException', s3Code: 'InvalidAccessKeyId', s3Status: 403 },
  badToken: { code: 'UnrecognizedClientException', s3Code: 'InvalidToken', s3Status: 400 },
  badSignature: { code: 'InvalidSignatureException', s3Code: 'SignatureDoesNotMatch', s3Status: 403 },
  skewed: { code: 'InvalidSignatureException', s3Code: 'RequestTimeTooSkewed', s3Status: 403 },
  expired: { code: 'InvalidSignatureException', s3Code: 'AccessDenied', s3Status: 403 },
  bodyMismatch: { code: 'InvalidSignatureException', s3Code: 'XAmzContentSHA256Mismatch', s3Status: 400 },
  unsignedHeader: { code: 'InvalidSignatureException', s3Code: 'AccessDenied', s3Status: 403 },
  denied: { code: 'AccessDeniedException', s3Code: 'AccessDenied', s3Status: 403 },
  unknownOperation: { code: 'UnknownOperationException', s3Code: 'NotImplemented', s3Status: 501 },
}

const REFUSAL_STATUS: Record<ServiceName, number> = {
  dynamodb: 400,
  secretsmanager: 400,
  sqs: 403,
  ses: 403,
  s3: 403,
  lambda: 403,
}

/** Each service has its own code and status for the same refusal. */
export function refuse(service: ServiceName, refusal: Refusal, message: string): AwsError {
  const codes = CODES[refusal]
  if (service === 's3') return new AwsError(codes.s3Code, codes.s3Status, message)
  return new AwsError(codes.code, REFUSAL_STATUS[service], message)
}

export function errorAnswer(service: ServiceName, error: AwsError, resource: string): AwsAnswer {
  const requestId = randomUUID()
  if (service === 's3') return s3Error(error, resource, requestId)
  const headers: Record<string, string> = {
    'content-type': service === 'secretsmanager' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': error.code,
    ...error.headers,
  }
  if (service === 'ses' || service === 'lambda') headers['content-type'] = 'application/json'
  const body = { __type: `com.amazon.coral.service#${error.code}`, message: error.message }
  return { status: error.status, headers, body: JSON.stringify(body) }
}

function s3Error(error: AwsError, resource: string, requestId: string): AwsAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message><Resource>${escapeXml(resource)}</Resource><RequestId>${requestId}</RequestId></Error>`
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...error.headers }
  return { status: error.status, headers, body }
}

const XML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => XML_ENTITIES[character] ?? character)
}
