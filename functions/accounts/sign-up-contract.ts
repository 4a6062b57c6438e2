import * as v from 'valibot'
import { type Contract, emailAddress, id, password, text } from '../http/contract.ts'

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
