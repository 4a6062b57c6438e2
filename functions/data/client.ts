import { errorTypeRegistries, type ServiceInputTypes, type ServiceOutputTypes } from '@aws-sdk/client-dynamodb'
import type { MetadataBearer } from '@smithy/types'
import { LetheError } from '../errors.ts'
import { type AwsPlace, addressOf } from './aws-place.ts'
import { httpHandler } from './http-handler.ts'
import { JsonClient, type JsonClientSettings } from './json-client.ts'

/** At most two retries, and each try short enough that all of them fit into the function's time. */
const TRIES = 3
const WAITS = { connectionTimeout: 1000, requestTimeout: 2000 }

type JsonService = Omit<JsonClientSettings, 'address' | 'region' | 'credentials' | 'waits' | 'tries'> & {
  delay?: number
}

/** A client of a service that speaks JSON. */
export function jsonClient<In extends object, Out extends MetadataBearer>(
  place: AwsPlace,
  { delay = 50, ...its }: JsonService,
) {
  const { region, credentials } = place
  const tries = { maxAttempts: TRIES, delay }
  return new JsonClient<In, Out>({
    ...its,
    region,
    credentials,
    address: addressOf(its.service, place),
    waits: WAITS,
    tries,
  })
}

/** For S3 and SES, which speak no JSON: their own clients, with the same handler and tries. */
export function sdkSettings(service: 's3' | 'ses', place: AwsPlace, waits: Partial<typeof WAITS> = {}) {
  const { region, credentials } = place
  const requestHandler = httpHandler({ ...WAITS, ...waits }, addressOf(service, place).protocol)
  return { region, credentials, maxAttempts: TRIES, requestHandler }
}

export function dynamodbClient(place: AwsPlace) {
  return jsonClient<ServiceInputTypes, ServiceOutputTypes>(place, {
    service: 'dynamodb',
    version: '1.0',
    serviceTarget: 'DynamoDB_20120810',
    defaultNamespace: 'com.amazonaws.dynamodb',
    errorTypeRegistries,
    delay: 25,
  })
}

/** All that stores need of a client. */
export type Database = Pick<ReturnType<typeof dynamodbClient>, 'send'>

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
