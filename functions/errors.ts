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
  | 'name_invalid'
  | 'name_taken'
  | 'file_not_found'
  | 'folder_not_found'
  | 'item_not_found'
  | 'read_only'
  | 'owner_only'
  | 'folder_loop'
  | 'too_deep'
  | 'limit_reached'
  | 'quota_exceeded'
  | 'too_many_uploads'
  | 'upload_not_found'
  | 'upload_finished'
  | 'upload_dead'
  | 'upload_incomplete'
  | 'part_refused'
  | 'idempotency_key_reused'
  | 'scan_pending'
  | 'file_infected'
  | 'file_not_scannable'
  | 'version_not_found'
  | 'version_current'
  | 'share_not_found'
  | 'link_not_found'
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
