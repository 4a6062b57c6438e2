import type { Readable } from 'node:stream'
import type { JsonObject } from '../model.ts'

export const SERVICE_NAMES = ['dynamodb', 's3', 'sqs', 'ses', 'secretsmanager', 'lambda'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** One HTTP request up to its body. Header names are lower case; path and query values as AWS signs them. */
export type RequestHead = {
  method: string
  /** Still percent-encoded: S3 signs it as it came. */
  path: string
  /** Decoded. `+` stays `+`: signatures know no form encoding. */
  query: Record<string, string>
  headers: Record<string, string>
}

/** A request read whole, but for an upload to S3: its body is empty here and streams. */
export type AwsRequest = RequestHead & { body: Buffer }

/** The content of an object or a part on its way in, out of whatever framing it came in. */
export type Upload = {
  length: number
  /** Throws AWS's refusal at the end if they are not what the headers announced: nothing may be kept before that. */
  bytes: AsyncIterable<Buffer>
  /** Headers that follow the bytes; filled when these have ended. */
  trailers: Record<string, string>
}

/** A request whose signature and permissions were checked: what a service sees. */
export type Call = AwsRequest & {
  operation: string
  /** The parsed body of a JSON protocol; empty for S3. */
  input: JsonObject
  /** Only of the S3 operations that take content. */
  upload: Upload | undefined
  /** Whether the caller may do this too, for answers that depend on it. */
  may: (action: string, resource: string) => boolean
  /** Aborted when the client hangs up. */
  signal: AbortSignal
  sourceIp: string
}

export type AwsAnswer = { status: number; headers: Record<string, string>; body: string | Buffer }
/** Its headers tell the length. */
export type StreamedAwsAnswer = Omit<AwsAnswer, 'body'> & { stream: Readable }
export type Service = (call: Call) => Promise<AwsAnswer | StreamedAwsAnswer>

/** One thing a call must be allowed to do. Of several resources one is enough (SES: the address or its domain). */
export type Need = {
  action: string
  resources: [string, ...string[]]
  /** Condition keys of this need; computed only when a policy asks. */
  context?: Record<string, () => string[]>
}
