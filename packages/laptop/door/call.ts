import type { Readable } from 'node:stream'
import type { JsonObject } from '../model.ts'

export const SERVICE_NAMES = ['dynamodb', 's3', 'sqs', 'ses', 'secretsmanager', 'lambda'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** One HTTP request without its body. Header names are in lower case; path and query are as AWS signs them. */
export type RequestHead = {
  method: string
  /** Still percent-encoded: S3 signs the path as it was sent. */
  path: string
  /** Decoded, but `+` stays `+`: signatures do not use form encoding. */
  query: Record<string, string>
  headers: Record<string, string>
}

/** A request with its whole body. For S3 the body is empty here: an upload is streamed. */
export type AwsRequest = RequestHead & { body: Buffer }

/** The content of an object or a part, without the framing that it was sent in. */
export type Upload = {
  length: number
  /** At the end, throws AWS's refusal if the bytes are not those that were announced. Keep nothing before that. */
  bytes: AsyncIterable<Buffer>
  /** Headers that are sent after the bytes: empty until then. */
  trailers: Record<string, string>
}

/** What a service gets: a request whose signature and permissions were checked. */
export type Call = AwsRequest & {
  operation: string
  /** The parsed body of a JSON protocol; empty for S3. */
  input: JsonObject
  /** Only for S3 operations that take content. */
  upload: Upload | undefined
  /** Whether the caller may do this as well. Some answers depend on it. */
  may: (action: string, resource: string) => boolean
  /** Aborted when the client hangs up. */
  signal: AbortSignal
  sourceIp: string
}

export type AwsAnswer = { status: number; headers: Record<string, string>; body: string | Buffer }
/** One of its headers must be the length. */
export type StreamedAwsAnswer = Omit<AwsAnswer, 'body'> & { stream: Readable }
export type Service = (call: Call) => Promise<AwsAnswer | StreamedAwsAnswer>

/** One permission that a call needs, on one of these resources (SES: the address or its domain). */
export type Need = {
  action: string
  resources: [string, ...string[]]
  /** Values of IAM condition keys, computed only if a policy asks for them. */
  context?: Record<string, () => string[]>
}
