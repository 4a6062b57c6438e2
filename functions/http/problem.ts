import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { ErrorCode, LetheError } from '../errors.ts'

/** Codes are stable: clients switch on them. A new code without a status and a title does not compile. */
export const PROBLEMS: Record<ErrorCode, { status: number; title: string }> = {
  invalid_json: { status: 400, title: 'The body is not JSON.' },
  invalid_input: { status: 400, title: 'The request does not fit its schema.' },
  invalid_cursor: { status: 400, title: 'The cursor was not given out for this list.' },
  header_refused: { status: 400, title: 'This route does not take the header Idempotency-Key.' },
  name_invalid: { status: 400, title: 'This cannot be the name of a file or folder.' },
  part_refused: { status: 400, title: 'The upload has no such part, or not of that size.' },
  password_refused: { status: 400, title: 'The password is too easy to guess.' },
  verification_failed: { status: 400, title: 'The token or code does not fit, was used, or has expired.' },
  credentials_invalid: { status: 401, title: 'Address and password do not fit together.' },
  token_invalid: { status: 401, title: 'The access token is not valid.' },
  session_ended: { status: 401, title: 'The session has ended.' },
  session_expired: { status: 401, title: 'The session has expired.' },
  refresh_token_invalid: { status: 401, title: 'The refresh token is not valid.' },
  refresh_token_reused: { status: 401, title: 'The refresh token was used before; its session was ended.' },
  read_only: { status: 403, title: 'It is shared with you for reading only.' },
  owner_only: { status: 403, title: 'Only its owner may do this.' },
  file_infected: { status: 403, title: 'Malware was found in the file.' },
  file_not_scannable: { status: 403, title: 'The file could not be scanned for malware.' },
  file_not_found: { status: 404, title: 'There is no such file.' },
  folder_not_found: { status: 404, title: 'There is no such folder.' },
  item_not_found: { status: 404, title: 'There is no such file or folder.' },
  version_not_found: { status: 404, title: 'The file has no such old version.' },
  upload_not_found: { status: 404, title: 'There is no such upload.' },
  share_not_found: { status: 404, title: 'There is no such share.' },
  link_not_found: { status: 404, title: 'There is no such link, or it has ended.' },
  session_not_found: { status: 404, title: 'There is no such session.' },
  version_current: { status: 409, title: 'This version is the current one; only old ones can be removed.' },
  name_taken: { status: 409, title: 'The folder holds something of that name already.' },
  folder_loop: { status: 409, title: 'A folder cannot be put below itself.' },
  too_deep: { status: 409, title: 'Folders can be nested 16 deep.' },
  limit_reached: { status: 409, title: 'There are as many of them as there can be.' },
  quota_exceeded: { status: 409, title: 'There is not enough room left for it.' },
  too_many_uploads: { status: 409, title: 'Too many uploads are open; finish or end one first.' },
  upload_finished: { status: 409, title: 'The upload is finished.' },
  upload_dead: { status: 409, title: 'The upload was given up.' },
  upload_incomplete: { status: 409, title: 'Not all of it was uploaded yet.' },
  scan_pending: { status: 409, title: 'The file is still being scanned for malware.' },
  account_exists: { status: 409, title: 'The address has an account already.' },
  version_conflict: { status: 412, title: 'The resource changed meanwhile.' },
  body_too_large: { status: 413, title: 'The body is larger than 256 KB.' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json.' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request before.' },
  internal_error: { status: 500, title: 'Something went wrong on our side.' },
  store_unavailable: { status: 503, title: 'Not available right now; try again.' },
}

export type HttpAnswer = { status: number; headers?: Record<string, string>; body?: unknown }

const RETRY_AFTER_SECONDS = '1'

/** RFC 9457. */
export function problem({ code, errors }: LetheError): HttpAnswer {
  const { status, title } = PROBLEMS[code]
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
      ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
    },
    body: { type: `urn:lethe:problem:${code}`, title, status, code, ...(errors.length > 0 ? { errors } : {}) },
  }
}

/** One line per refused request. Never a body, a header or a query: they may hold secrets. */
export function logProblem(error: LetheError, { requestContext, routeKey }: APIGatewayProxyEventV2): void {
  const { status } = PROBLEMS[error.code]
  const line = {
    code: error.code,
    status,
    route: routeKey,
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
  }
  if (status >= 500) console.error(JSON.stringify({ ...line, cause: causeOf(error) }))
  else console.info(JSON.stringify(line))
}

function causeOf({ cause }: LetheError): string | undefined {
  if (cause instanceof Error) return cause.stack ?? cause.message
  return cause === undefined ? undefined : String(cause)
}
