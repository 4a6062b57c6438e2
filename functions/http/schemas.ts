import * as v from 'valibot'

/** Text that a person typed: whole Unicode, no control characters. */
export const text = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
    v.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
    v.trim(),
    v.minLength(1, 'must not be empty'),
    v.maxLength(most, `must be at most ${most} characters`),
  )

/** Any string here; whether it is an address is decided where it is made canonical. */
export const emailAddress = v.pipe(v.string(), v.maxLength(254, 'must be at most 254 characters'))
/** Bounded because normalising takes time quadratic in combining marks; the policy itself counts code points. */
export const password = v.pipe(
  v.string(),
  v.maxLength(1536, 'is too long'),
  v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
)
export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be an id'))
export const time = v.pipe(v.string(), v.isoTimestamp())

export const isoTime = (seconds: number) => new Date(seconds * 1000).toISOString()

export const page = {
  limit: v.optional(v.pipe(v.string(), v.regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100'))),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(512, 'is too long'))),
}
export const DEFAULT_PAGE = 20
