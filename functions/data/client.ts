import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LetheError } from '../errors.ts'
import { once } from '../once.ts'

/** At most two retries, and each try short enough that all of them fit into the function's time. */
export const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
}

/** One client in a process: it keeps the connection. */
export const database = once(() => new DynamoDBClient(PATIENCE))

/** For calls without a condition: any error means that the store is not available. */
export async function must<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new LetheError('store_unavailable', { cause })
  }
}

/** A time in the future is not fresh: if the clock stepped back, the value would be kept for the length of the step. */
export function isFresh(readAt: number, now: number, seconds: number): boolean {
  return readAt <= now && now - readAt < seconds
}

export function jitter(retry: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** retry))
}

export const RACES = 5

/** An attempt returns undefined when something changed between its read and its write. It is repeated a few times. */
export async function untilSettled<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let race = 0; race < RACES; race++) {
    const outcome = await attempt()
    if (outcome !== undefined) return outcome
    // Rivals that wait equally long would meet again.
    await jitter(race)
  }
  throw new LetheError('store_unavailable')
}
