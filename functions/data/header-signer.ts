import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { HttpRequest } from '@smithy/types'
import type { AwsPlace, AwsService } from './aws-place.ts'

export type SigningPlace = Pick<AwsPlace, 'region' | 'credentials'> & { service: AwsService }

/** AWS ignores these headers in a signature, because others on the way may change them. */
const UNSIGNED = new Set(['authorization', 'connection', 'expect', 'user-agent', 'x-amzn-trace-id'])

const sha256 = (text: string) => hash('sha256', text)
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * Signature Version 4 in the headers of a request that has the path `/`, no query and a text as its body: all that a
 * JSON protocol sends. Signs as the SDK's signer does, but derives the key only once a day.
 */
export function headerSigner({ service, region, credentials }: SigningPlace) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  let kept: { day: string; key: KeyObject } | undefined

  function keyOf(day: string): KeyObject {
    if (kept?.day !== day) {
      const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day))
      // As a KeyObject, the key is taken in a fifth of the time.
      kept = { day, key: createSecretKey(key) }
    }
    return kept.key
  }

  return {
    async sign(request: HttpRequest, { signingDate }: { signingDate: Date }): Promise<HttpRequest> {
      const { headers } = request
      const date = signingDate.toISOString().replace(/[-:]|\.\d+/g, '')
      const day = date.slice(0, 8)
      const payloadHash = sha256(request.body)
      headers['x-amz-date'] = date
      headers['x-amz-content-sha256'] = payloadHash
      if (sessionToken) headers['x-amz-security-token'] = sessionToken
      const names = Object.keys(headers)
        .filter((name) => !UNSIGNED.has(name.toLowerCase()))
        .sort()
      const signedHeaders = names.join(';')
      const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
      const canonical = `${request.method}\n/\n\n${lines}\n${signedHeaders}\n${payloadHash}`
      const scope = `${day}/${region}/${service}/aws4_request`
      const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
      const signature = createHmac('sha256', keyOf(day)).update(text).digest('hex')
      headers.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
      return request
    },
  }
}
