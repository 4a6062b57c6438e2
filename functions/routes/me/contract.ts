import * as v from 'valibot'
import type { Profile } from '../../domain/user.ts'
import { type Contract, id, isoTime, text, time } from '../../http/contract.ts'

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
