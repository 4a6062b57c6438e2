import { LetheError } from '../errors.ts'

/** Of one file, open at the same time. */
export const MOST_OPEN_LINKS = 100
/** Of one file ever: what was opened by whom is kept as long as the file. */
export const MOST_LINKS = 1000
const LONGEST_LIFE = 366 * 86_400

/** Whoever holds its token gets URLs of the file, as long as the file is its owner's. */
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

/** Whether a file with so many open links can have one more; `isFull`: it had as many as it may ever have. */
export function checkLinks({ open, isFull }: { open: number; isFull: boolean }): void {
  if (open >= MOST_OPEN_LINKS || isFull) throw new LetheError('limit_reached')
}

/** In whole seconds, in the future, and not for ever. */
export function linkEnd(expiresAt: string, now: number): number {
  const seconds = Math.floor(Date.parse(expiresAt) / 1000)
  if (seconds > now && seconds <= now + LONGEST_LIFE) return seconds
  throw new LetheError('invalid_input', {
    errors: [{ field: 'expiresAt', message: 'must be in the future, and at most a year ahead' }],
  })
}
