import { LetheError } from '../errors.ts'

export const MOST_SHARES = 100

/** What one lets another do with an item and all below it. */
export type Share = {
  id: string
  /** Canonical: to whom it was offered, whoever has the address now. */
  address: string
  access: 'read' | 'write'
  createdAt: number
  /** Who accepted it, and when: from then on it is this user's and nobody else's. */
  userId?: string
  acceptedAt?: number
}

export const granteeOf = ({ userId, address }: Share) => userId ?? address

/** Whether an item that is shared so often can be shared once more. */
export function checkRoom(given: readonly Share[]): void {
  if (given.length >= MOST_SHARES) throw new LetheError('limit_reached')
}
