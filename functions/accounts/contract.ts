import * as v from 'valibot'
import { type Contract, emailAddress, id, password, text, time } from '../http/contract.ts'
import { tokens } from '../sessions/contract.ts'

export const signUp = {
  summary: 'Sign up; the same answer whether or not the address is taken. The next step arrives by mail.',
  body: v.strictObject({ email: emailAddress, password, name: v.optional(text(100)) }),
  answers: { 202: v.strictObject({ pendingId: id }) },
  problems: ['password_refused'],
} as const satisfies Contract

export const verifyUser = {
  summary: 'Create the account, with the token of the mailed link or with the typed code and its pending id.',
  body: v.union([
    v.strictObject({ token: v.pipe(v.string(), v.maxLength(200, 'is too long')) }),
    v.strictObject({
      pendingId: id,
      // People type codes with the space or dash the mail shows.
      code: v.pipe(v.string(), v.regex(/^\d{4}[ -]?\d{4}$/, 'must be 8 digits')),
    }),
  ]),
  answers: { 201: v.strictObject({ id }) },
  problems: ['verification_failed', 'account_exists'],
} as const satisfies Contract

export const signIn = {
  summary: 'Sign in.',
  body: v.strictObject({ email: emailAddress, password }),
  answers: { 201: tokens },
  problems: ['credentials_invalid'],
  givesTokens: true,
} as const satisfies Contract

const profile = v.strictObject({ id, email: v.string(), name: v.string(), version: v.number(), createdAt: time })

export const getMe = {
  summary: 'My profile.',
  answers: { 200: profile },
} as const satisfies Contract

export const updateMe = {
  summary: 'Change my name.',
  body: v.strictObject({ name: text(100) }),
  answers: { 200: profile },
  problems: ['version_conflict'],
  versioned: true,
} as const satisfies Contract

export const deleteMe = {
  summary: 'Delete my account: every session ends and the address is free again.',
  answers: { 204: null },
} as const satisfies Contract

const count = v.pipe(v.number(), v.integer())

export const getUsage = {
  summary: 'What I keep and may keep, trash and old versions included.',
  answers: {
    200: v.strictObject({
      bytes: v.strictObject({ used: count, limit: count }),
      uploads: v.strictObject({ open: count, limit: count }),
    }),
  },
} as const satisfies Contract
