/**
 * THE list of routes: a row says who may call, what the function may touch and which settings it knows.
 * Roles, variables, the OpenAPI document and the README's table are derived from it.
 */
export type Thing = 'users' | 'sessions' | 'codes' | 'mailQueue' | 'keyRing' | 'issuerDocuments' | 'mail'
export type Setting =
  | 'ISSUER'
  | 'AUDIENCE'
  | 'CLIENT_ID'
  | 'SESSION_IDLE_DAYS'
  | 'SESSION_ABSOLUTE_DAYS'
  | 'APP_URL'
  | 'PRODUCT_NAME'
  | 'PASSWORD_MEMORY_MIB'

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
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly auth: 'public' | 'jwt'
}

const ISSUES_TOKENS = ['ISSUER', 'AUDIENCE', 'CLIENT_ID', 'SESSION_IDLE_DAYS', 'SESSION_ABSOLUTE_DAYS'] as const

export const routes = [
  {
    method: 'POST',
    path: '/users',
    entry: 'routes/users/sign-up',
    auth: 'public',
    touches: { codes: ['PutItem'], mailQueue: ['SendMessage'] },
    knows: ['PRODUCT_NAME', 'PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  {
    method: 'POST',
    path: '/users/verify',
    entry: 'routes/users/verify-user',
    auth: 'public',
    touches: { codes: ['GetItem', 'UpdateItem', 'DeleteItem'], users: ['PutItem'], sessions: ['PutItem'] },
    knows: ['PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  {
    method: 'POST',
    path: '/sessions',
    entry: 'routes/sessions/sign-in',
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
    entry: 'routes/sessions/refresh-session',
    auth: 'public',
    touches: { sessions: ['GetItem', 'UpdateItem'], keyRing: ['GetSecretValue'] },
    knows: ISSUES_TOKENS,
  },
  {
    method: 'GET',
    path: '/sessions',
    entry: 'routes/sessions/list-sessions',
    auth: 'jwt',
    touches: { sessions: ['Query'] },
  },
  {
    method: 'DELETE',
    path: '/sessions',
    entry: 'routes/sessions/end-sessions',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/current',
    entry: 'routes/sessions/end-current-session',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/{id}',
    entry: 'routes/sessions/end-session',
    auth: 'jwt',
    touches: { sessions: ['UpdateItem'] },
  },
  { method: 'GET', path: '/me', entry: 'routes/me/get-me', auth: 'jwt', touches: { users: ['GetItem'] } },
  {
    method: 'PATCH',
    path: '/me',
    entry: 'routes/me/update-me',
    auth: 'jwt',
    touches: { users: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/me',
    entry: 'routes/me/delete-me',
    auth: 'jwt',
    touches: { users: ['GetItem', 'DeleteItem'], sessions: ['UpdateItem'] },
  },
  { method: 'GET', path: '/openapi.json', entry: 'routes/system/get-openapi', auth: 'public', touches: {} },
  {
    method: 'GET',
    path: '/health',
    entry: 'routes/system/get-health',
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
