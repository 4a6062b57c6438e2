import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { REGION } from '../model.ts'
import type { AwsRequest, ServiceName } from './call.ts'
import type { KeyHolder } from './credentials.ts'
import type { SignatureClaim } from './signature-claim.ts'

/** What every JSON service is sent. Its signature needs none of the rules for paths and queries. */
export function isPlainPost({ method, path, query }: AwsRequest, claim: SignatureClaim): boolean {
  return method === 'POST' && path === '/' && !claim.presigned && Object.keys(query).length === 0
}

/** Signature Version 4 of such a request, with the headers that its sender claims to have signed. */
export function signPlainPost(
  { headers }: AwsRequest,
  { service, signedAt, signedHeaders }: SignatureClaim,
  holder: KeyHolder,
  payloadHash: string,
): string {
  const date = signedAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const day = date.slice(0, 8)
  const names = [...signedHeaders].filter((name) => headers[name] !== undefined).sort()
  const lines = names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${payloadHash}`
  const scope = `${day}/${REGION}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`
  return createHmac('sha256', keyOf(holder, service, day))
    .update(text)
    .digest('hex')
}

type DayKey = { day: string; key: KeyObject }

/** A key is good for a day. It is derived from the holder's secret, so it is forgotten with the holder. */
const keys = new WeakMap<KeyHolder, Map<ServiceName, DayKey>>()

function keyOf(holder: KeyHolder, service: ServiceName, day: string): KeyObject {
  const ofHolder = keys.get(holder) ?? new Map<ServiceName, DayKey>()
  keys.set(holder, ofHolder)
  const kept = ofHolder.get(service)
  if (kept?.day === day) return kept.key
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const secret = `AWS4${holder.credentials.secretAccessKey}`
  // As a KeyObject, the key is taken in a fifth of the time.
  const key = createSecretKey([REGION, service, 'aws4_request'].reduce(hmac, hmac(secret, day)))
  ofHolder.set(service, { day, key })
  return key
}
