import type { Objects } from '../contents/object-store.ts'
import type { Upload } from '../contents/upload.ts'
import type { Uploads } from '../contents/upload-store.ts'
import { type Counts, type Repair, repairEach } from './sweeping.ts'

/** If more are missing, it is an accident, perhaps a wrong bucket name: a person has to look. */
const MOST_LOST = 20

/** The objects that S3 was asked for in one run. The missing ones are given up only when their number is known. */
export function lostObjects({ objects, uploads }: { objects: Objects; uploads: Uploads }) {
  let there = 0
  const missing: Upload[] = []

  async function giveUp(upload: Upload, now: number): Promise<Repair | undefined> {
    if (!(await uploads.lose(upload, now))) return undefined
    console.error(JSON.stringify({ lost: upload.id, owner: upload.owner, file: upload.node }))
    return 'lost'
  }

  return {
    async askFor(upload: Upload): Promise<void> {
      if (await objects.head(upload.id)) there += 1
      else missing.push(upload)
    },

    async giveUpMissing(counts: Counts): Promise<void> {
      if (missing.length > Math.min(there, MOST_LOST)) {
        throw new Error(
          `${missing.length} objects are missing and ${there} are there: an accident, so none is given up`,
        )
      }
      await repairEach(missing, giveUp, counts)
    },
  }
}

export type LostObjects = ReturnType<typeof lostObjects>
