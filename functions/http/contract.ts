import * as v from 'valibot'
import type { ErrorCode } from '../errors.ts'

/** What a route takes and returns. Its types, validation and part of the OpenAPI document are made from this. */
export type Contract = {
  readonly summary: string
  readonly path?: v.GenericSchema
  readonly query?: v.GenericSchema
  readonly body?: v.GenericSchema
  /** By status; null is an answer without a body. */
  readonly answers: { readonly [status: number]: v.GenericSchema | null }
  /** The problems of this route, besides those that every route of its kind can answer. */
  readonly problems?: readonly ErrorCode[]
  /** Updates take If-Match, and answers carry the version as their ETag. */
  readonly versioned?: true
  /** The id of what it makes comes from the Idempotency-Key, so that a repetition finds it already made. */
  readonly repeatable?: true
  /** The route gives out tokens, which must not be given out twice, so it refuses Idempotency-Key. */
  readonly givesTokens?: true
}

type Output<S> = S extends v.GenericSchema ? v.InferOutput<S> : undefined

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
  [S in keyof C['answers'] & number]: C['answers'][S] extends v.GenericSchema
    ? { status: S; body: v.InferOutput<C['answers'][S]>; version?: number }
    : { status: S; location?: string }
}[keyof C['answers'] & number]

/** Text that a person typed: whole Unicode, no control characters. */
export const text = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
    v.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
    v.trim(),
    // Nobody can see a name of only spaces, joiners and marks.
    v.regex(/[^\p{Z}\p{Cf}\p{M}]/u, 'must not be empty'),
    v.maxLength(most, `must be at most ${most} characters`),
  )

/** Any string is accepted here. functions/mail/email-address.ts decides whether it is an address. */
export const emailAddress = v.pipe(v.string(), v.maxLength(254, 'must be at most 254 characters'))
/** Limited because normalising takes time quadratic in combining marks. The password policy counts code points. */
export const password = v.pipe(
  v.string(),
  v.maxLength(1536, 'is too long'),
  v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
)
export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be an id'))
/** `root` is the caller's own root. */
export const folderId = v.union([v.literal('root'), id])
/** SHA-256 as S3 spells it. */
export const sha256 = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a SHA-256 digest in base64'),
)
export const time = v.pipe(v.string(), v.isoTimestamp())

export const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString()
