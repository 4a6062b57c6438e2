import { config } from '../config.ts'
import { onFirstCall } from '../data/on-first-call.ts'
import { once } from '../once.ts'
import type { Objects } from './object-store.ts'

/**
 * The client of S3 costs a cold start 40 ms and more: it is loaded when S3 itself is asked. It stands apart from the rest
 * of the wiring, because what is loaded later costs something even a function that names it and never uses it.
 */
export const objects = once((): Objects => {
  const bucket = config.filesBucket()
  return onFirstCall(async () => (await import('./object-store.ts')).objectStore(bucket))
})
