import { LetheError } from '../errors.ts'

/** For one file, open at the same time. */
export const MOST_OPEN_LINKS = 100
/** For one file in total: the records of who opened a link are kept as long as the file. */
export const MOST_LINKS = 1000
const LONGEST_LIFE = 366 * 86_400

/** Anyone who has the token of the link gets URLs of the file, as long as the link's owner owns the file. */
export type Link = {
  /** The hash of its token. */
  id: string
  item: string
  owner: string
  createdAt: number
  expiresAt: number
  /** How many URLs it may give, and how many it has given. */
  most?: number
  issued: number
  revokedAt?: number
}

/** One URL that was given out. */
export type LinkUse = { at: number; address: string; device: string }

export function isOpen({ expiresAt, revokedAt, issued, most = Number.POSITIVE_INFINITY }: Link, now: number): boolean {
  return revokedAt === undefined && expiresAt > now && issued < most
}

/** Throws if a file with so many open links cannot have one more. `isFull`: it had as many as it may ever have. */
export function checkLinks({ open, isFull }: { open: number; isFull: boolean }): void {
  if (open >= MOST_OPEN_LINKS || isFull) throw new LetheError('limit_reached')
}

/** The end of a link, in whole seconds. It must be in the future, and at most 366 days ahead. */
export function linkEnd(expiresAt: string, now: number): number {
  const seconds = Math.floor(Date.parse(expiresAt) / 1000)
  if (seconds > now && seconds <= now + LONGEST_LIFE) return seconds
  throw new LetheError('invalid_input', {
    errors: [{ field: 'expiresAt', message: 'must be in the future, and at most a year ahead' }],
  })
}
