import * as v from 'valibot'
import { type Contract, id, isoTime, page, time } from '../http/contract.ts'
import type { Link, LinkUse } from './link.ts'

const path = v.strictObject({ id })
const linkPath = v.strictObject({ id, linkId: id })
const nextCursor = v.optional(v.string())

const link = v.strictObject({
  id,
  createdAt: time,
  expiresAt: time,
  mostUses: v.optional(v.number()),
  uses: v.number(),
  revokedAt: v.optional(time),
})

const use = v.strictObject({ at: time, address: v.string(), device: v.string() })

export function linkView({ id, createdAt, expiresAt, most, issued, revokedAt }: Link): v.InferOutput<typeof link> {
  return {
    id,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    ...(most === undefined ? {} : { mostUses: most }),
    uses: issued,
    ...(revokedAt === undefined ? {} : { revokedAt: isoTime(revokedAt) }),
  }
}

export const useView = ({ at, address, device }: LinkUse) => ({ at: isoTime(at), address, device })

const problems = ['file_not_found', 'owner_only'] as const

export const createLink = {
  summary: 'Make a link to a file. Its token is told here and never again.',
  path,
  body: v.strictObject({
    expiresAt: time,
    mostUses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  }),
  answers: { 201: v.strictObject({ ...link.entries, token: v.string() }) },
  problems: [...problems, 'limit_reached'],
  givesTokens: true,
} as const satisfies Contract

export const listLinks = {
  summary: 'The links to a file, those that ended too, and how many URLs each gave out.',
  path,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ links: v.array(link), nextCursor }) },
  problems: [...problems, 'invalid_cursor'],
} as const satisfies Contract

export const listUses = {
  summary: 'Every URL that a link gave out: when and to whom, the newest first.',
  path: linkPath,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ uses: v.array(use), nextCursor }) },
  problems: [...problems, 'link_not_found', 'invalid_cursor'],
} as const satisfies Contract

export const revokeLink = {
  summary: 'End a link: it gives out nothing from the next request on.',
  path: linkPath,
  answers: { 204: null },
  problems: [...problems, 'link_not_found'],
} as const satisfies Contract

export const openLink = {
  summary: 'A URL of the file that a link leads to. It works for 60 seconds at most, and is counted and recorded.',
  body: v.strictObject({ token: v.pipe(v.string(), v.maxLength(100, 'is too long')) }),
  answers: {
    200: v.strictObject({ url: v.string(), expiresAt: time, name: v.string(), size: v.number(), type: v.string() }),
  },
  problems: ['link_not_found', 'scan_pending', 'file_infected', 'file_not_scannable'],
} as const satisfies Contract
