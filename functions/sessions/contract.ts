import * as v from 'valibot'
import { type Contract, id, time } from '../http/contract.ts'
import { nextCursor, page } from '../http/page.ts'

const session = v.strictObject({
  id,
  current: v.boolean(),
  device: v.string(),
  address: v.string(),
  signedInAt: time,
  lastUsedAt: time,
  expiresAt: time,
})

export const tokens = v.strictObject({
  accessToken: v.string(),
  tokenType: v.literal('Bearer'),
  expiresIn: v.number(),
  refreshToken: v.string(),
  session,
})

export const refreshSession = {
  summary: 'Exchange the refresh token for its successor and a new access token.',
  body: v.strictObject({ refreshToken: v.pipe(v.string(), v.maxLength(300, 'is too long')) }),
  answers: { 200: tokens },
  problems: ['session_ended', 'session_expired', 'refresh_token_invalid', 'refresh_token_reused'],
  givesTokens: true,
} as const satisfies Contract

export const listSessions = {
  summary: 'My sessions. A page can be shorter than asked for; nextCursor says whether more follow.',
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ sessions: v.array(session), nextCursor }) },
  problems: ['invalid_cursor'],
} as const satisfies Contract

export const endSession = {
  summary: 'End one of my sessions.',
  path: v.strictObject({ id }),
  answers: { 204: null },
  problems: ['session_not_found'],
} as const satisfies Contract

export const endCurrentSession = {
  summary: 'Sign out.',
  answers: { 204: null },
} as const satisfies Contract

export const endSessions = {
  summary: 'End all my sessions, or all but the one that asks.',
  query: v.strictObject({ except: v.optional(v.literal('current')) }),
  answers: { 204: null },
} as const satisfies Contract
