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
