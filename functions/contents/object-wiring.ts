import { config } from '../config.ts'
import { onFirstCall } from '../data/on-first-call.ts'
import { once } from '../once.ts'
import type { Objects } from './object-store.ts'

/**
 * The S3 client adds 40 ms or more to a cold start, so it is loaded at the first call to S3. This file is separate from
 * the rest of the wiring, because code that is loaded later costs something even in a function that never calls it.
 */
export const objects = once((): Objects => {
  const aws = config.aws()
  const bucket = config.filesBucket()
  return onFirstCall(async () => (await import('./object-store.ts')).objectStore(aws, bucket))
})
