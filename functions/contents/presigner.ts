import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentialIdentity, HttpRequest } from '@smithy/types'
import { hostOf } from '../data/aws-place.ts'
import type { Handler } from '../data/http-handler.ts'
import { LetheError } from '../errors.ts'
import { type Content, contentDisposition, mayShowInline, objectName } from './content.ts'
import { PUT_LIFE, type Upload } from './upload.ts'

export type BucketPlace = {
  bucket: string
  region: string
  credentials: AwsCredentialIdentity
  endpoint: string | undefined
  clientEndpoint: string | undefined
}
export type Presigned = { url: string; expiresAt: number }
export type PresignedPut = Presigned & { method: 'PUT'; headers: Record<string, string> }
export type PartAsked = { number: number; size: number; sha256: string }

type S3Request = { method: string; query?: Record<string, string>; headers?: Record<string, string> }

const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/**
 * Each URL allows one action on one object. It is signed here, because loading client-s3 would add 40 ms or more to a
 * cold start.
 */
export function presigner(place: BucketPlace, { handle }: Pick<Handler, 'handle'>) {
  const { presign, presignPut, signed } = signing(place)

  return {
    /** A PUT of exactly these bytes with this type, and only while the object does not exist. */
    put({ id, size, type, sum }: Upload, now: number): Promise<PresignedPut> {
      const what = { 'content-length': String(size), 'content-type': type, 'x-amz-checksum-sha256': sum ?? '' }
      return presignPut(id, { headers: { ...what, 'if-none-match': '*' } }, now)
    },

    async part({ id, uploadId = '' }: Upload, { number, size, sha256 }: PartAsked, now: number) {
      const headers = { 'content-length': String(size), 'x-amz-checksum-sha256': sha256 }
      return { number, ...(await presignPut(id, { query: { partNumber: String(number), uploadId }, headers }, now)) }
    },

    get(content: Content, { name, inline, life, now }: { name: string; inline: boolean; life: number; now: number }) {
      const shown = inline && mayShowInline(content.type)
      const query = {
        'response-content-disposition': contentDisposition(shown ? 'inline' : 'attachment', name),
        // S3 cannot send nosniff, so a type that may not be shown inline is sent as application/octet-stream.
        'response-content-type': mayShowInline(content.type) ? content.type : 'application/octet-stream',
        // An uploader can store headers of their own with the object. Readers must not get those.
        'response-content-encoding': 'identity',
        'response-cache-control': 'private, no-store',
      }
      return presign(content.object, { method: 'GET', query }, { now, life })
    },

    /** Starts an upload in parts and returns S3's id for it. S3 demands a digest for each part and keeps it. */
    async startParts({ id, type }: Upload): Promise<string> {
      const headers = { 'content-type': type, 'x-amz-checksum-algorithm': 'SHA256', 'content-length': '0' }
      const request = await signed(id, { method: 'POST', query: { uploads: '' }, headers })
      try {
        const { response } = await handle(request as HttpRequest)
        const uploadId = /<UploadId>([^<]+)<\/UploadId>/.exec(await textOf(response.body))?.[1]
        if (response.statusCode !== 200 || !uploadId) throw new Error(`S3 answered ${response.statusCode}`)
        return uploadId
      } catch (cause) {
        throw new LetheError('store_unavailable', { cause })
      }
    },
  }
}

function signing({ bucket, region, credentials, endpoint, clientEndpoint }: BucketPlace) {
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false })

  function requestTo(base: string | undefined, id: string, { method, query = {}, headers = {} }: S3Request) {
    const url = new URL(base ?? `https://${bucket}.${hostOf('s3', region)}`)
    const path = base ? `/${bucket}/${objectName(id)}` : `/${objectName(id)}`
    const { protocol, hostname, port, host } = url
    const place = { protocol, hostname, path, ...(port ? { port: Number(port) } : {}) }
    return { ...place, method, query, headers: { host, 'X-Amz-Content-Sha256': UNSIGNED_PAYLOAD, ...headers } }
  }

  /** Every given header is signed, so S3 refuses a request that lacks one or changes its value. */
  async function presign(
    id: string,
    asked: S3Request,
    { now, life }: { now: number; life: number },
  ): Promise<Presigned> {
    const request = requestTo(clientEndpoint, id, asked)
    const signed = await signer.presign(request, {
      signingDate: new Date(now * 1000),
      expiresIn: life,
      unsignableHeaders: new Set(['x-amz-content-sha256']),
      unhoistableHeaders: new Set(Object.keys(asked.headers ?? {})),
    })
    return { url: urlOf(signed), expiresAt: now + life }
  }

  async function presignPut(id: string, { query, headers = {} }: Omit<S3Request, 'method'>, now: number) {
    const put = await presign(id, { method: 'PUT', query: query ?? {}, headers }, { now, life: PUT_LIFE })
    // Clients set the length themselves, from the body. Browsers do not let scripts set it.
    const { 'content-length': _, ...toSend } = headers
    return { ...put, method: 'PUT' as const, headers: toSend }
  }

  const signed = (id: string, request: S3Request) => signer.sign(requestTo(endpoint, id, request))

  return { presign, presignPut, signed }
}

type Signed = {
  protocol: string
  hostname: string
  port?: number | undefined
  path: string
  query?: Record<string, unknown> | undefined
}

function urlOf({ protocol, hostname, port, path, query = {} }: Signed): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path}?${pairs.join('&')}`
}

/** The same encoding as in the signature. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
