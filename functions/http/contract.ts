import type { GenericSchema, InferOutput } from 'valibot'
import type { ErrorCode } from '../domain/errors.ts'

/** What a route takes and gives: the source of its types, its validation and its page in the OpenAPI document. */
export type Contract = {
  readonly summary: string
  readonly path?: GenericSchema
  readonly query?: GenericSchema
  readonly body?: GenericSchema
  /** By status; null is an answer without a body. */
  readonly answers: { readonly [status: number]: GenericSchema | null }
  /** Besides those that every route of its kind can answer. */
  readonly problems?: readonly ErrorCode[]
  /** Updates take If-Match, and answers carry the version as their ETag. */
  readonly versioned?: true
  /** What it hands out must never be handed out twice, so it refuses Idempotency-Key. */
  readonly givesTokens?: true
}

type Output<S> = S extends GenericSchema ? InferOutput<S> : undefined

export type Input<C extends Contract> = {
  path: Output<C['path']>
  query: Output<C['query']>
  body: Output<C['body']>
  headers: Record<string, string | undefined>
  sourceIp: string
  userAgent: string
  /** Seconds since 1970. */
  now: number
}

export type Answer<C extends Contract> = {
  [S in keyof C['answers'] & number]: C['answers'][S] extends GenericSchema
    ? { status: S; body: InferOutput<C['answers'][S]>; version?: number }
    : { status: S }
}[keyof C['answers'] & number]
