import type { Listed } from '../files/item.ts'

/** How long something stays in the trash, in seconds. */
export const TRASH_LIFE = 30 * 86_400

/**
 * The record as its folder listed it. `trashedBy` can be a user with whom the folder is shared. Once `purging` is set,
 * the item is deleted for good and nobody can restore it.
 */
export type Trashed = Listed & { trashedAt: number; trashedBy: string; purging?: number }

export const isGoing = ({ purging, trashedAt }: Trashed, now: number) =>
  purging !== undefined || now >= trashedAt + TRASH_LIFE
