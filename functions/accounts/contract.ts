import * as v from 'valibot'
import { type Contract, id, isoTime, text, time } from '../http/contract.ts'
import type { Profile } from './user.ts'

const profile = v.strictObject({ id, email: v.string(), name: v.string(), version: v.number(), createdAt: time })

export function profileView({ id, email, name, v: version, createdAt }: Profile) {
  return { id, email, name, version, createdAt: isoTime(createdAt) }
}

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
