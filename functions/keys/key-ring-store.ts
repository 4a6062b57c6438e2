import type { JsonWebKey } from 'node:crypto'
import {
  errorTypeRegistries,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-secrets-manager'
import type { AwsPlace } from '../data/aws-place.ts'
import { isFresh, jsonClient } from '../data/client.ts'
import { LetheError } from '../errors.ts'

export type RingKey = { kid: string; state: 'next' | 'current' | 'retired'; jwk: JsonWebKey }
export type KeyRing = { keys: readonly RingKey[] }

const CACHE_SECONDS = 300

/** The private keys. They are only in the secret and in the memory of the functions that sign. */
export function keyRingStore(place: AwsPlace, secretId: string) {
  const secrets = jsonClient<ServiceInputTypes, ServiceOutputTypes>(place, {
    service: 'secretsmanager',
    version: '1.1',
    serviceTarget: 'secretsmanager',
    defaultNamespace: 'com.amazonaws.secretsmanager',
    errorTypeRegistries,
  })
  let cached: { ring: KeyRing | undefined; at: number } | undefined
  let reading: Promise<KeyRing | undefined> | undefined

  async function find(): Promise<KeyRing | undefined> {
    try {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }))
      return SecretString ? JSON.parse(SecretString) : undefined
    } catch (cause) {
      if (cause instanceof ResourceNotFoundException) return undefined
      throw new LetheError('store_unavailable', { cause })
    }
  }

  /** Requests that come while a read is under way share it. */
  async function read(now: number): Promise<KeyRing | undefined> {
    reading ??= find().finally(() => {
      reading = undefined
    })
    cached = { ring: await reading, at: now }
    return cached.ring
  }

  return {
    find,

    async current(now: number): Promise<RingKey> {
      const ring = cached?.ring && isFresh(cached.at, now, CACHE_SECONDS) ? cached.ring : await read(now)
      const key = ring?.keys.find(({ state }) => state === 'current')
      if (!key) throw new LetheError('store_unavailable')
      return key
    },

    /** If two calls use the same token, the ring of the first call stays and the second call changes nothing. */
    async putFirst(ring: KeyRing, token: string): Promise<void> {
      const put = new PutSecretValueCommand({
        SecretId: secretId,
        SecretString: JSON.stringify(ring),
        ClientRequestToken: token,
      })
      try {
        await secrets.send(put)
      } catch (cause) {
        if (!(cause instanceof ResourceExistsException)) throw cause
      }
    },
  }
}
