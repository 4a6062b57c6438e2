import { routes } from '../../../lib/routes.ts'
import type { Contract } from '../../http/contract.ts'
import { endpoint } from '../../http/endpoint.ts'
import { openapiDocument } from '../../http/openapi.ts'
import { deleteMe, getMe, updateMe } from '../me/contract.ts'
import {
  endCurrentSession,
  endSession,
  endSessions,
  listSessions,
  refreshSession,
  signIn,
} from '../sessions/contract.ts'
import { signUp, verifyUser } from '../users/contract.ts'
import { getHealth, getOpenapi } from './contract.ts'

/** A route without its contract does not compile. */
const contracts: Record<(typeof routes)[number]['entry'], Contract> = {
  'routes/users/sign-up': signUp,
  'routes/users/verify-user': verifyUser,
  'routes/sessions/sign-in': signIn,
  'routes/sessions/refresh-session': refreshSession,
  'routes/sessions/list-sessions': listSessions,
  'routes/sessions/end-sessions': endSessions,
  'routes/sessions/end-current-session': endCurrentSession,
  'routes/sessions/end-session': endSession,
  'routes/me/get-me': getMe,
  'routes/me/update-me': updateMe,
  'routes/me/delete-me': deleteMe,
  'routes/system/get-openapi': getOpenapi,
  'routes/system/get-health': getHealth,
}

const document = openapiDocument(routes.map((route) => ({ ...route, contract: contracts[route.entry] })))

export const handler = endpoint(getOpenapi).run(async () => ({ status: 200, body: document }))
