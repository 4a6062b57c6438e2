import * as v from 'valibot'
import { config } from '../config.ts'
import { database } from '../data/table.ts'
import { setQuota } from './usage-store.ts'

const db = database()
const filesTable = config.filesTable()
const quota = config.quota()

const request = v.strictObject({
  userId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/)),
  /** Null gives the deployment's own figure back. */
  mib: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
})

/** Called by an operator, by hand: `{"userId": "...", "mib": 1024}`. */
export async function handler(event: unknown): Promise<void> {
  const { userId, mib } = v.parse(request, event)
  await setQuota(db, filesTable, { userId, own: mib === null ? undefined : mib * 2 ** 20, otherwise: quota })
}
