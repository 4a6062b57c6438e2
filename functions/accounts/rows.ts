import type { RouteRow, TriggerRow } from '../http/row.ts'
import { deleteMe, getMe, getUsage, signIn, signUp, updateMe, verifyUser } from './contract.ts'

export const routes = [
  {
    method: 'POST',
    path: '/users',
    handler: 'sign-up',
    zone: 'sign-up',
    auth: 'public',
    because: 'There is no session before there is an account.',
    contract: signUp,
    touches: { codes: ['PutItem'], mailQueue: ['SendMessage'] },
    knows: ['PRODUCT_NAME', 'PASSWORD_MEMORY_MIB'],
  },
  {
    method: 'POST',
    path: '/users/verify',
    handler: 'verify-user',
    zone: 'sign-up',
    auth: 'public',
    because: 'The mailed token or code is what proves the caller.',
    contract: verifyUser,
    touches: { codes: ['GetItem', 'UpdateItem', 'DeleteItem'], users: ['PutItem'], sessions: ['PutItem'] },
    knows: ['PASSWORD_MEMORY_MIB'],
  },
  {
    method: 'POST',
    path: '/sessions',
    handler: 'sign-in',
    zone: 'sign-in',
    auth: 'public',
    because: 'It is how a session comes about; the password proves the caller.',
    contract: signIn,
    touches: { users: ['GetItem', 'UpdateItem'], sessions: ['GetItem', 'PutItem'], keyRing: ['GetSecretValue'] },
    knows: ['ISSUER', 'AUDIENCE', 'CLIENT_ID', 'SESSION_IDLE_DAYS', 'SESSION_ABSOLUTE_DAYS', 'PASSWORD_MEMORY_MIB'],
  },
  {
    method: 'GET',
    path: '/me',
    handler: 'get-me',
    zone: 'account',
    auth: 'jwt',
    contract: getMe,
    touches: { users: ['BatchGetItem'] },
  },
  {
    method: 'PATCH',
    path: '/me',
    handler: 'update-me',
    zone: 'account',
    auth: 'jwt',
    contract: updateMe,
    touches: { users: ['UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/me',
    handler: 'delete-me',
    zone: 'account',
    auth: 'jwt',
    contract: deleteMe,
    touches: {
      users: ['BatchGetItem', 'GetItem', 'DeleteItem'],
      sessions: ['UpdateItem'],
      files: ['PutItem'],
      fileWork: ['SendMessage'],
    },
  },
  {
    method: 'GET',
    path: '/me/usage',
    handler: 'get-usage',
    zone: 'account',
    auth: 'jwt',
    contract: getUsage,
    touches: { files: ['BatchGetItem'] },
    knows: ['QUOTA_MIB', 'OPEN_UPLOADS'],
  },
] as const satisfies readonly RouteRow[]

export const triggers = [
  {
    handler: 'on-mail-message',
    source: { kind: 'queue', queue: 'mailQueue', batch: 5 },
    // Enough for five mails on a cold function, each with its own hash.
    seconds: 30,
    hashes: true,
    touches: { codes: ['GetItem', 'PutItem', 'UpdateItem'], users: ['GetItem'], mail: ['SendEmail'] },
    knows: ['APP_URL', 'PRODUCT_NAME', 'PASSWORD_MEMORY_MIB', 'MAIL_GAP_SECONDS'],
  },
] as const satisfies readonly TriggerRow[]
