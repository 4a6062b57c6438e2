import { usageStore } from '../../../functions/contents/usage-store.ts'
import { LetheError } from '../../../functions/errors.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES } from '../../helpers/dynamodb.ts'

const ROUNDS = 200
const AT_ONCE = 64
const SIZE = 1000
/** Of those at once, as many as fit; the next would pass the quota by one byte. */
const FIT = 20
const LIMITS = { quota: FIT * SIZE + SIZE - 1, open: 1000 }

export type Reservations = { rounds: number; taken: number; refused: number; most: number; quota: number; left: number }

/** A user at a time: 64 reserve at once while another watches; then all room is given back, twice. */
export async function measureReservations(): Promise<Reservations> {
  const database = await startDynoxide()
  const usage = usageStore(database.db, TABLES.files)
  const counts = { rounds: ROUNDS, taken: 0, refused: 0, most: 0, quota: LIMITS.quota, left: 0 }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const user = anId()
      const watch = async () => {
        const { used } = await usage.read(user, LIMITS)
        counts.most = Math.max(counts.most, used)
      }
      const reserve = async () => {
        const id = anId()
        const taken = await usage.reserve(user, { id, size: SIZE, at: NOW }, LIMITS).then(() => true, refusal)
        await watch()
        counts[taken ? 'taken' : 'refused']++
        return taken ? [id] : []
      }
      const held = (await inParallel(AT_ONCE, reserve)).flat()
      await Promise.all([...held, ...held].map((id) => usage.release(user, { id, size: SIZE })))
      counts.left += (await usage.read(user, LIMITS)).used
    }
    return counts
  } finally {
    await database.stop()
  }
}

function refusal(error: unknown): false {
  if (error instanceof LetheError && error.code === 'quota_exceeded') return false
  throw error
}
