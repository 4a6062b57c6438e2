import { type Database, isFresh } from '../data/client.ts'
import { toItem } from '../data/item.ts'
import { table } from '../data/table.ts'

/** A public key as the verifier sees it. A key that is not in the list is not accepted. */
export type PublicKey = { kid: string; state: 'next' | 'current' | 'retired'; kty: 'RSA'; n: string; e: string }

const KEY = toItem({ pk: 'keys', sk: 'public' })
const CACHE_SECONDS = 30

/** Reads are cached for 30 s: a withdrawn key is dead within 30 s, and unknown kids cause one read in 30 s at most. */
export function publicKeyStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  let cached: { keys: readonly PublicKey[]; at: number } | undefined
  let reading: Promise<readonly PublicKey[]> | undefined

  async function read(now: number): Promise<readonly PublicKey[]> {
    const item = await items.get(KEY)
    const keys: PublicKey[] = JSON.parse(item?.keys?.S ?? '[]')
    cached = { keys, at: now }
    return keys
  }

  /** Requests that come while a read is under way share it. */
  function shared(now: number) {
    reading ??= read(now).finally(() => {
      reading = undefined
    })
    return reading
  }

  return {
    async find(kid: string, now: number): Promise<PublicKey | undefined> {
      const keys = cached && isFresh(cached.at, now, CACHE_SECONDS) ? cached.keys : await shared(now)
      return keys.find((key) => key.kid === kid)
    },

    /** For the health check: reads the item, whatever is cached. */
    async reach(now: number): Promise<void> {
      await read(now)
    },

    /** Called while the function starts. If the read fails, the first request reads again and reports the error. */
    async warm(now: number): Promise<void> {
      await shared(now).catch(() => undefined)
    },

    async publish(keys: readonly PublicKey[]): Promise<void> {
      await items.put({ ...KEY, ...toItem({ keys: JSON.stringify(keys) }) })
    },
  }
}
