import type { Listed } from '../files/item.ts'

/** How long something stays in the trash, in seconds. */
export const TRASH_LIFE = 30 * 86_400

/**
 * What was listed, and where; `trashedBy` can be somebody with whom the folder is shared. Once it is `purging` it goes
 * for good, and nothing brings it back.
 */
export type Trashed = Listed & { trashedAt: number; trashedBy: string; purging?: number }

export const isGoing = ({ purging, trashedAt }: Trashed, now: number) =>
  purging !== undefined || now >= trashedAt + TRASH_LIFE
