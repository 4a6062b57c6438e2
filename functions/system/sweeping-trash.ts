import { isGoing, type Trashed } from '../trash/trash.ts'
import { trashedIn } from '../trash/trash-store.ts'
import type { Mender, Repair, SweepParts } from './sweeping.ts'

/** Purges items that are in the trash for too long, or should be gone already. */
export function trashMender({ work }: SweepParts): Mender {
  async function mend(owner: string, trashed: Trashed, now: number): Promise<Repair | undefined> {
    if (!isGoing(trashed, now)) return undefined
    await work.send({ kind: 'purge', owner, item: trashed.id })
    return 'purged'
  }

  return (item, now) => {
    const found = trashedIn(item)
    return found && mend(found.owner, found.trashed, now)
  }
}
