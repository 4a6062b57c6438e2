import type * as v from 'valibot'
import type { Node } from '../files/item.ts'
import { isoTime } from '../http/contract.ts'
import type { link, share, sharedItem } from './contract.ts'
import type { Link, LinkUse } from './link.ts'
import type { Share } from './share.ts'

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
