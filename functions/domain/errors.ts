export type ErrorCode =
  | 'invalid_json'
  | 'invalid_input'
  | 'invalid_cursor'
  | 'unsupported_media_type'
  | 'body_too_large'
  | 'header_refused'
  | 'password_refused'
  | 'verification_failed'
  | 'account_exists'
  | 'credentials_invalid'
  | 'token_invalid'
  | 'session_ended'
  | 'session_expired'
  | 'refresh_token_invalid'
  | 'refresh_token_reused'
  | 'session_not_found'
  | 'version_conflict'
  | 'store_unavailable'
  | 'internal_error'

export type FieldError = { field: string; message: string }

export class LetheError extends Error {
  readonly code: ErrorCode
  readonly errors: readonly FieldError[]

  constructor(code: ErrorCode, options: ErrorOptions & { errors?: readonly FieldError[] } = {}) {
    super(code, options)
    this.code = code
    this.errors = options.errors ?? []
  }
}
