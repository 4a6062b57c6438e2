import * as v from 'valibot'
import type { Node } from '../files/item.ts'
import { type Contract, emailAddress, id, isoTime, page, time } from '../http/contract.ts'
import type { Share } from './share.ts'

const path = v.strictObject({ id })
const access = v.picklist(['read', 'write'])
const state = v.picklist(['offered', 'accepted'])
const nextCursor = v.optional(v.string())

/** As its giver sees it. It tells no more than that it was offered, until somebody accepts it. */
const share = v.strictObject({
  id,
  address: v.string(),
  access,
  state,
  createdAt: time,
  /** Once it is accepted: by whom, as changes name them. */
  userId: v.optional(id),
})

/** As its taker sees it. */
const sharedItem = v.strictObject({
  itemId: id,
  kind: v.picklist(['file', 'folder']),
  name: v.string(),
  ownerId: id,
  access,
  state,
  since: time,
})

export function shareView({ id, address, access, createdAt, userId }: Share): v.InferOutput<typeof share> {
  const state = userId === undefined ? 'offered' : 'accepted'
  return { id, address, access, state, createdAt: isoTime(createdAt), ...(userId === undefined ? {} : { userId }) }
}

export function sharedItemView({ node, share }: { node: Node; share: Share }): v.InferOutput<typeof sharedItem> {
  return {
    itemId: node.id,
    kind: node.kind,
    name: node.name,
    ownerId: node.owner,
    access: share.access,
    state: share.userId === undefined ? 'offered' : 'accepted',
    since: isoTime(share.acceptedAt ?? share.createdAt),
  }
}

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
