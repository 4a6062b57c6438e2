import { LetheError } from '../errors.ts'

export const MOST_SHARES = 100

/** What the owner allows another user to do with an item and everything below it. */
export type Share = {
  id: string
  /** The canonical address it was offered to, no matter who has this address now. */
  address: string
  access: 'read' | 'write'
  createdAt: number
  /** Who accepted it, and when. From then on the share belongs to this user and to nobody else. */
  userId?: string
  acceptedAt?: number
}

export const granteeOf = ({ userId, address }: Share) => userId ?? address

/** Throws if an item with these shares cannot be shared once more. */
export function checkRoom(given: readonly Share[]): void {
  if (given.length >= MOST_SHARES) throw new LetheError('limit_reached')
}
