export type Zone = {
  readonly memoryMib: number
  readonly seconds: number
  /** Password hashing wants a whole virtual CPU and one hash at a time. */
  readonly hashes?: true
}

export const USUAL: Zone = { memoryMib: 1024, seconds: 10 }
/** As much memory as brings a whole virtual CPU. */
export const HASHING: Zone = { memoryMib: 1769, seconds: 10, hashes: true }

/**
 * One function and one role for each: the routes of one noun with one degree of trust. Those that read the key ring
 * stand alone, and those that hash passwords stand apart.
 */
export const zones = {
  'sign-up': HASHING,
  'sign-in': HASHING,
  refresh: USUAL,
  sessions: USUAL,
  account: USUAL,
  files: USUAL,
  uploads: USUAL,
  trash: USUAL,
  sharing: USUAL,
  'open-link': USUAL,
  system: USUAL,
} as const satisfies { readonly [name: string]: Zone }
