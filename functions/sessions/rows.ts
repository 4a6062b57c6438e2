import type { RouteRow, TriggerRow, Work } from '../http/row.ts'
import { endCurrentSession, endSession, endSessions, listSessions, refreshSession } from './contract.ts'

/** What every protected route does before its own work: read public keys, gate and session; mark a first token use. */
export const callerCheck = {
  touches: { sessions: ['GetItem', 'BatchGetItem', 'UpdateItem'] },
  knows: ['ISSUER', 'AUDIENCE'],
} as const satisfies Pick<Work, 'touches' | 'knows'>

export const routes = [
  {
    method: 'POST',
    path: '/sessions/refresh',
    handler: 'refresh-session',
    zone: 'refresh',
    auth: 'public',
    because: 'The refresh token proves the caller; the access token may have expired.',
    contract: refreshSession,
    touches: { sessions: ['GetItem', 'UpdateItem'], keyRing: ['GetSecretValue'] },
    knows: ['ISSUER', 'AUDIENCE', 'CLIENT_ID', 'SESSION_IDLE_DAYS', 'SESSION_ABSOLUTE_DAYS'],
  },
  {
    method: 'GET',
    path: '/sessions',
    handler: 'list-sessions',
    zone: 'sessions',
    auth: 'jwt',
    contract: listSessions,
    touches: { sessions: ['Query'] },
  },
  {
    method: 'DELETE',
    path: '/sessions',
    handler: 'end-sessions',
    zone: 'sessions',
    auth: 'jwt',
    contract: endSessions,
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/current',
    handler: 'end-current-session',
    zone: 'sessions',
    auth: 'jwt',
    contract: endCurrentSession,
    touches: { sessions: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/sessions/{id}',
    handler: 'end-session',
    zone: 'sessions',
    auth: 'jwt',
    contract: endSession,
    touches: { sessions: ['UpdateItem'] },
  },
] as const satisfies readonly RouteRow[]

export const triggers = [
  {
    handler: 'on-session-ended',
    // Few writes to the sessions table end a session because of reuse. The filter drops all other writes.
    source: {
      kind: 'stream',
      table: 'sessions',
      batch: 100,
      filter: { dynamodb: { NewImage: { why: { S: ['reuse'] } } } },
    },
    seconds: 10,
    touches: { mailQueue: ['SendMessage'] },
  },
] as const satisfies readonly TriggerRow[]
