export type Zone = {
  readonly memoryMib: number
  readonly seconds: number
  /** Password hashing needs a whole virtual CPU and one hash at a time. */
  readonly hashes?: true
}

export const USUAL: Zone = { memoryMib: 1024, seconds: 10 }
/** With this much memory Lambda gives a function a whole virtual CPU. */
export const HASHING: Zone = { memoryMib: 1769, seconds: 10, hashes: true }

/**
 * Each zone is one function with one role, for the routes of one noun with one degree of trust. A route that reads the
 * key ring has a zone of its own, and routes that hash passwords are in separate zones.
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
