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

/** For calls that cannot be refused: what goes wrong with them is that the store is not available. */
export async function must<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new LetheError('store_unavailable', { cause })
  }
}

/** Not what was read in the future either: a clock that steps back must not keep it for as long as the step. */
export function isFresh(readAt: number, now: number, seconds: number): boolean {
  return readAt <= now && now - readAt < seconds
}

export function jitter(retry: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** retry))
}

export const RACES = 5

/** Undefined means that something changed between reading and writing: it is looked at again, a few times. */
export async function untilSettled<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let race = 0; race < RACES; race++) {
    const outcome = await attempt()
    if (outcome !== undefined) return outcome
    // Rivals that wait equally long would meet again.
    await jitter(race)
  }
  throw new LetheError('store_unavailable')
}
