/**
 * THE list of routes: a row says who may call, what the function may touch and which settings it knows.
 * Roles, variables, the OpenAPI document and the README's table are derived from it.
 */
export type Thing =
  | 'users'
  | 'sessions'
  | 'codes'
  | 'mailQueue'
  | 'keyRing'
  | 'issuerDocuments'
  | 'mail'
  | 'files'
  | 'fileObjects'
  | 'fileBucket'
  | 'fileWork'
export type Setting =
  | 'ISSUER'
  | 'AUDIENCE'
  | 'CLIENT_ID'
  | 'SESSION_IDLE_DAYS'
  | 'SESSION_ABSOLUTE_DAYS'
  | 'APP_URL'
  | 'PRODUCT_NAME'
  | 'PASSWORD_MEMORY_MIB'
  | 'FILES_ENDPOINT'
  | 'QUOTA_MIB'
  | 'OPEN_UPLOADS'
  | 'SCANNER'
  | 'UNSCANNABLE'

export type Touches = { readonly [thing in Thing]?: readonly string[] }

export type Work = {
  /** The file below functions/, without its ending. */
  readonly entry: string
  /** AWS actions by the thing they touch; the whole of the function's role. */
  readonly touches: Touches
  /** Settings declared as variables, besides those that name the things it touches. */
  readonly knows?: readonly Setting[]
  /** Password hashing wants a whole virtual CPU and one hash at a time. */
  readonly hashes?: true
}

export type Route = Work & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly auth: 'public' | 'jwt'
}

const ISSUES_TOKENS = ['ISSUER', 'AUDIENCE', 'CLIENT_ID', 'SESSION_IDLE_DAYS', 'SESSION_ABSOLUTE_DAYS'] as const

export const routes = [
  {
    method: 'POST',
    path: '/users',
    entry: 'accounts/sign-up',
    auth: 'public',
    touches: { codes: ['PutItem'], mailQueue: ['SendMessage'] },
    knows: ['PRODUCT_NAME', 'PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  {
    method: 'POST',
    path: '/users/verify',
    entry: 'accounts/verify-user',
    auth: 'public',
    touches: { codes: ['GetItem', 'UpdateItem', 'DeleteItem'], users: ['PutItem'], sessions: ['PutItem'] },
    knows: ['PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  {
    method: 'POST',
    path: '/sessions',
    entry: 'accounts/sign-in',
    auth: 'public',
    touches: {
      users: ['GetItem', 'UpdateItem'],
      sessions: ['GetItem', 'PutItem'],
      keyRing: ['GetSecretValue'],
    },
    knows: [...ISSUES_TOKENS, 'PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  {
    method: 'POST',
    path: '/sessions/refresh',
    entry: 'sessions/refresh-session',
    auth: 'public',
    touches: { sessions: ['GetItem', 'UpdateItem'], keyRing: ['GetSecretValue'] },
    knows: ISSUES_TOKENS,
  },
  {
    method: 'GET',
    path: '/sessions',
    entry: 'sessions/list-sessions',
    auth: 'jwt',
    touches: { sessions: ['Query'] },
  },
  {
    method: 'DELETE',
    path: '/sessions',
    entry: 'sessions/end-sessions',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/current',
    entry: 'sessions/end-current-session',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/{id}',
    entry: 'sessions/end-session',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  { method: 'GET', path: '/me', entry: 'accounts/get-me', auth: 'jwt', touches: { users: ['GetItem'] } },
  {
    method: 'PATCH',
    path: '/me',
    entry: 'accounts/update-me',
    auth: 'jwt',
    touches: { users: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/me',
    entry: 'accounts/delete-me',
    auth: 'jwt',
    touches: {
      users: ['GetItem', 'DeleteItem'],
      sessions: ['UpdateItem'],
      files: ['PutItem'],
      fileWork: ['SendMessage'],
    },
  },
  {
    method: 'POST',
    path: '/files',
    entry: 'uploads/create-upload',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'UpdateItem', 'PutItem'], fileObjects: ['PutObject'] },
    knows: ['QUOTA_MIB', 'OPEN_UPLOADS', 'SCANNER', 'FILES_ENDPOINT'],
  },
  {
    method: 'GET',
    path: '/uploads',
    entry: 'uploads/list-uploads',
    auth: 'jwt',
    touches: { files: ['GetItem', 'BatchGetItem'] },
  },
  {
    method: 'GET',
    path: '/uploads/{id}',
    entry: 'uploads/get-upload',
    auth: 'jwt',
    touches: { files: ['GetItem'], fileObjects: ['ListMultipartUploadParts'] },
  },
  {
    method: 'POST',
    path: '/uploads/{id}/parts',
    entry: 'uploads/sign-parts',
    auth: 'jwt',
    touches: { files: ['GetItem', 'BatchGetItem'], fileObjects: ['PutObject'] },
    knows: ['FILES_ENDPOINT'],
  },
  {
    method: 'POST',
    path: '/uploads/{id}/completion',
    entry: 'uploads/complete-upload',
    auth: 'jwt',
    touches: {
      files: ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem'],
      fileObjects: ['GetObject', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    entry: 'uploads/end-upload',
    auth: 'jwt',
    touches: { files: ['GetItem', 'UpdateItem'], fileWork: ['SendMessage'] },
  },
  {
    method: 'GET',
    path: '/files/{id}',
    entry: 'files/get-file',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem'] },
  },
  {
    method: 'GET',
    path: '/files/{id}/content',
    entry: 'files/get-content',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem'], fileObjects: ['GetObject'] },
    knows: ['UNSCANNABLE', 'FILES_ENDPOINT'],
  },
  {
    method: 'PATCH',
    path: '/files/{id}',
    entry: 'files/update-file',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'DeleteItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/files/{id}',
    entry: 'trash/trash-file',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'DeleteItem', 'UpdateItem', 'PutItem'] },
  },
  {
    method: 'POST',
    path: '/files/{id}/copies',
    entry: 'files/copy-file',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'GET',
    path: '/files/{id}/versions',
    entry: 'files/list-versions',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query'] },
  },
  {
    method: 'POST',
    path: '/files/{id}/versions/{version}/restoration',
    entry: 'files/restore-version',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem'] },
  },
  {
    method: 'DELETE',
    path: '/files/{id}/versions/{version}',
    entry: 'files/remove-version',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'DeleteItem', 'UpdateItem'], fileWork: ['SendMessage'] },
  },
  {
    method: 'POST',
    path: '/folders',
    entry: 'files/create-folder',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'GET',
    path: '/folders/{id}',
    entry: 'files/get-folder',
    auth: 'jwt',
    touches: { files: ['BatchGetItem'] },
  },
  {
    method: 'GET',
    path: '/folders/{id}/children',
    entry: 'files/list-children',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query'] },
  },
  {
    method: 'PATCH',
    path: '/folders/{id}',
    entry: 'files/update-folder',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'DeleteItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/folders/{id}',
    entry: 'trash/trash-folder',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'DeleteItem', 'UpdateItem', 'PutItem'] },
  },
  {
    method: 'GET',
    path: '/trash',
    entry: 'trash/list-trash',
    auth: 'jwt',
    touches: { files: ['Query'] },
  },
  {
    method: 'POST',
    path: '/trash/{id}/restoration',
    entry: 'trash/restore-item',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'DeleteItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/trash/{id}',
    entry: 'trash/remove-item',
    auth: 'jwt',
    touches: { files: ['GetItem', 'UpdateItem'], fileWork: ['SendMessage'] },
  },
  {
    method: 'GET',
    path: '/items/{id}/metadata',
    entry: 'files/get-metadata',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem'] },
  },
  {
    method: 'PUT',
    path: '/items/{id}/metadata',
    entry: 'files/put-metadata',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'UpdateItem'] },
  },
  {
    method: 'POST',
    path: '/items/{id}/shares',
    entry: 'sharing/create-share',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'GET',
    path: '/items/{id}/shares',
    entry: 'sharing/list-shares',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query'] },
  },
  {
    method: 'DELETE',
    path: '/items/{id}/shares/{shareId}',
    entry: 'sharing/remove-share',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query', 'DeleteItem'] },
  },
  {
    method: 'GET',
    path: '/shared-with-me',
    entry: 'sharing/list-shared-with-me',
    auth: 'jwt',
    touches: { files: ['Query', 'BatchGetItem'] },
  },
  {
    method: 'POST',
    path: '/shared-with-me/{id}/acceptance',
    entry: 'sharing/accept-share',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'PutItem', 'DeleteItem'] },
  },
  {
    method: 'DELETE',
    path: '/shared-with-me/{id}',
    entry: 'sharing/leave-share',
    auth: 'jwt',
    touches: { files: ['DeleteItem'] },
  },
  {
    method: 'POST',
    path: '/files/{id}/links',
    entry: 'sharing/create-link',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query', 'PutItem'] },
  },
  {
    method: 'GET',
    path: '/files/{id}/links',
    entry: 'sharing/list-links',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'Query'] },
  },
  {
    method: 'GET',
    path: '/files/{id}/links/{linkId}/uses',
    entry: 'sharing/list-uses',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'GetItem', 'Query'] },
  },
  {
    method: 'DELETE',
    path: '/files/{id}/links/{linkId}',
    entry: 'sharing/revoke-link',
    auth: 'jwt',
    touches: { files: ['BatchGetItem', 'UpdateItem'] },
  },
  {
    method: 'POST',
    path: '/links/open',
    entry: 'sharing/open-link',
    auth: 'public',
    touches: { files: ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem'], fileObjects: ['GetObject'] },
    knows: ['UNSCANNABLE', 'FILES_ENDPOINT'],
  },
  {
    method: 'GET',
    path: '/me/usage',
    entry: 'accounts/get-usage',
    auth: 'jwt',
    touches: { files: ['GetItem'] },
    knows: ['QUOTA_MIB', 'OPEN_UPLOADS'],
  },
  { method: 'GET', path: '/openapi.json', entry: 'system/get-openapi', auth: 'public', touches: {} },
  {
    method: 'GET',
    path: '/health',
    entry: 'system/get-health',
    auth: 'public',
    touches: { sessions: ['GetItem'] },
  },
] as const satisfies readonly Route[]

/** What every protected route does before its own work: public keys, gate and session, first use of a generation. */
const CALLER_CHECK: { touches: Touches; knows: readonly Setting[] } = {
  touches: { sessions: ['GetItem', 'BatchGetItem', 'UpdateItem'] },
  knows: ['ISSUER', 'AUDIENCE'],
}

export function workOf(route: Route): Work {
  if (route.auth === 'public') return route
  const sessions = new Set([...(CALLER_CHECK.touches.sessions ?? []), ...(route.touches.sessions ?? [])])
  return {
    ...route,
    touches: { ...route.touches, sessions: [...sessions] },
    knows: [...CALLER_CHECK.knows, ...(route.knows ?? [])],
  }
}
