import type { JsonObject } from '../model.ts'

export const SERVICE_NAMES = ['dynamodb', 's3', 'sqs', 'ses', 'secretsmanager'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** One HTTP request, read whole. Header names are lower case; path and query values as AWS signs them. */
export type AwsRequest = {
  method: string
  /** Still percent-encoded: S3 signs it as it came. */
  path: string
  /** Decoded. `+` stays `+`: signatures know no form encoding. */
  query: Record<string, string>
  headers: Record<string, string>
  body: Buffer
}

/** A request whose signature and permissions were checked: what a service sees. */
export type Call = AwsRequest & {
  operation: string
  /** The parsed body of a JSON protocol; empty for S3. */
  input: JsonObject
  /** Whether the caller may do this too, for answers that depend on it. */
  may: (action: string, resource: string) => boolean
  /** Aborted when the client hangs up. */
  signal: AbortSignal
}

export type Answer = { status: number; headers: Record<string, string>; body: string | Buffer }
export type Service = (call: Call) => Promise<Answer>

/** One thing a call must be allowed to do. Of several resources one is enough (SES: the address or its domain). */
export type Need = {
  action: string
  resources: [string, ...string[]]
  /** Condition keys of this need; computed only when a policy asks. */
  context?: Record<string, () => string[]>
}
