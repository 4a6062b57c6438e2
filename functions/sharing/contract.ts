import * as v from 'valibot'
import { type Contract, emailAddress, id, time } from '../http/contract.ts'
import { nextCursor, page } from '../http/page.ts'

const path = v.strictObject({ id })
const access = v.picklist(['read', 'write'])
const state = v.picklist(['offered', 'accepted'])

/** A share as the item's owner sees it. Until somebody accepts it, it shows only that it was offered. */
export const share = v.strictObject({
  id,
  address: v.string(),
  access,
  state,
  createdAt: time,
  /** Only once it is accepted: the user who accepted it, with the same id as in `changedBy`. */
  userId: v.optional(id),
})

/** A share as its recipient sees it. */
export const sharedItem = v.strictObject({
  itemId: id,
  kind: v.picklist(['file', 'folder']),
  name: v.string(),
  ownerId: id,
  access,
  state,
  since: time,
})

export const createShare = {
  summary:
    'Offer an item, with all below it, to an address; again, to change the access. The answer does not tell whether the address has an account.',
  path,
  body: v.strictObject({ email: emailAddress, access }),
  answers: { 201: share },
  problems: ['item_not_found', 'owner_only', 'limit_reached'],
} as const satisfies Contract

export const listShares = {
  summary: 'With whom I share an item.',
  path,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ shares: v.array(share), nextCursor }) },
  problems: ['item_not_found', 'owner_only', 'invalid_cursor'],
} as const satisfies Contract

export const removeShare = {
  summary: 'Share no longer: gone for the other one from the next request on.',
  path: v.strictObject({ id, shareId: id }),
  answers: { 204: null },
  problems: ['item_not_found', 'owner_only', 'share_not_found'],
} as const satisfies Contract

export const listSharedWithMe = {
  summary:
    'What others share with me, or offer to my address. What was trashed is left out, so a page can be shorter than asked for; nextCursor says whether more follow. What lies below a trashed folder is still listed, but cannot be opened.',
  query: v.strictObject({ ...page, state: v.optional(state) }),
  answers: { 200: v.strictObject({ items: v.array(sharedItem), nextCursor }) },
  problems: ['invalid_cursor'],
} as const satisfies Contract

export const acceptShare = {
  summary: 'Accept what is offered to my address: from now on it is mine, whoever has the address later.',
  path,
  answers: { 200: sharedItem },
  problems: ['share_not_found'],
} as const satisfies Contract

export const leaveShare = {
  summary: 'Leave what is shared with me, or decline what is offered.',
  path,
  answers: { 204: null },
} as const satisfies Contract

const linkPath = v.strictObject({ id, linkId: id })

export const link = v.strictObject({
  id,
  createdAt: time,
  expiresAt: time,
  mostUses: v.optional(v.number()),
  uses: v.number(),
  revokedAt: v.optional(time),
})

const use = v.strictObject({ at: time, address: v.string(), device: v.string() })

const linkProblems = ['file_not_found', 'owner_only'] as const

export const createLink = {
  summary: 'Make a link to a file. Its token is told here and never again.',
  path,
  body: v.strictObject({
    expiresAt: time,
    mostUses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  }),
  answers: { 201: v.strictObject({ ...link.entries, token: v.string() }) },
  problems: [...linkProblems, 'limit_reached'],
  givesTokens: true,
} as const satisfies Contract

export const listLinks = {
  summary: 'The links to a file, those that ended too, and how many URLs each gave out.',
  path,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ links: v.array(link), nextCursor }) },
  problems: [...linkProblems, 'invalid_cursor'],
} as const satisfies Contract

export const listUses = {
  summary: 'Every URL that a link gave out: when and to whom, the newest first.',
  path: linkPath,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ uses: v.array(use), nextCursor }) },
  problems: [...linkProblems, 'link_not_found', 'invalid_cursor'],
} as const satisfies Contract

export const revokeLink = {
  summary: 'End a link: it gives out nothing from the next request on.',
  path: linkPath,
  answers: { 204: null },
  problems: [...linkProblems, 'link_not_found'],
} as const satisfies Contract

export const openLink = {
  summary: 'A URL of the file that a link leads to. It works for 60 seconds at most, and is counted and recorded.',
  body: v.strictObject({ token: v.pipe(v.string(), v.maxLength(100, 'is too long')) }),
  answers: {
    200: v.strictObject({ url: v.string(), expiresAt: time, name: v.string(), size: v.number(), type: v.string() }),
  },
  problems: ['link_not_found', 'scan_pending', 'file_infected', 'file_not_scannable'],
} as const satisfies Contract
