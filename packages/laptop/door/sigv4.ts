import { hash, timingSafeEqual } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { REGION } from '../model.ts'
import { AwsError, refuse } from './aws-error.ts'
import type { AwsRequest, RequestHead, ServiceName } from './call.ts'
import type { FindKey, KeyHolder } from './credentials.ts'
import { isPlainPost, signPlainPost } from './plain-post.ts'
import { Sha256 } from './sha256.ts'
import type { SignatureClaim } from './signature-claim.ts'

const MAX_SKEW_MS = 15 * 60_000
export const UNSIGNED = 'UNSIGNED-PAYLOAD'
export const CHUNKED = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'

/** For S3, `payloadHash` may be one of the constants above. Else compare it with the body when that is read. */
export type Signer = { principalName: string; payloadHash: string }

/**
 * Tells who signed this request; throws the refusal that AWS would answer. The signature covers a hash of the body. For
 * S3 that hash is not checked here: the body may be large, and is not read before the sender is known.
 */
export async function verifySignature(
  request: AwsRequest,
  claim: SignatureClaim,
  findKey: FindKey,
  now: number,
): Promise<Signer> {
  const holder = findKey(claim.accessKeyId)
  if (holder === undefined) throw refuse(claim.service, 'unknownKey', unknownKeyMessage(claim.service))
  if (!sameText(claim.token ?? '', holder.credentials.sessionToken)) {
    throw refuse(claim.service, 'badToken', 'The security token included in the request is invalid.')
  }
  checkTime(claim, now)
  checkSignedHeaders(request, claim)
  const payloadHash = claimedPayloadHash(request, claim)
  const expected = isPlainPost(request, claim)
    ? signPlainPost(request, claim, holder, payloadHash)
    : await sign(request, claim, holder, payloadHash)
  if (!sameText(expected, claim.signature))
    throw refuse(claim.service, 'badSignature', badSignatureMessage(claim.service))
  if (claim.service !== 's3' && !sameText(payloadHash, sha256Hex(request.body))) {
    throw refuse(claim.service, 'bodyMismatch', 'The body is not the one that was signed.')
  }
  return { principalName: holder.principalName, payloadHash }
}

function unknownKeyMessage(service: ServiceName): string {
  return service === 's3'
    ? 'The AWS Access Key Id you provided does not exist in our records.'
    : 'The security token included in the request is invalid.'
}

function badSignatureMessage(service: ServiceName): string {
  const start = 'The request signature we calculated does not match the signature you provided. Check your '
  return service === 's3'
    ? `${start}key and signing method.`
    : `${start}AWS Secret Access Key and signing method. Consult the service documentation for details.`
}

function checkTime(claim: SignatureClaim, now: number): void {
  const ahead = claim.signedAt.getTime() - now
  if (ahead > MAX_SKEW_MS)
    throw refuse(claim.service, 'skewed', 'Signature not yet current: the difference is too large.')
  if (claim.expiresSeconds !== undefined) {
    if (now > claim.signedAt.getTime() + claim.expiresSeconds * 1000) {
      throw refuse(claim.service, 'expired', 'Request has expired')
    }
    return
  }
  if (-ahead > MAX_SKEW_MS) throw refuse(claim.service, 'skewed', 'Signature expired: more than 15 min. have passed.')
}

/** As in AWS, `host` and every `x-amz-` header must be signed: else somebody on the way could add one. */
function checkSignedHeaders(request: RequestHead, claim: SignatureClaim): void {
  const mustBeSigned = (name: string) =>
    name === 'host' || (name.startsWith('x-amz-') && !(claim.presigned && name === 'x-amz-content-sha256'))
  for (const name of ['host', ...Object.keys(request.headers)]) {
    if (mustBeSigned(name) && !claim.signedHeaders.has(name)) {
      throw refuse(
        claim.service,
        'unsignedHeader',
        `There were headers present in the request which were not signed: ${name}`,
      )
    }
  }
}

function claimedPayloadHash(request: AwsRequest, claim: SignatureClaim): string {
  const header = request.headers['x-amz-content-sha256']
  if (claim.presigned && !claim.signedHeaders.has('x-amz-content-sha256')) return UNSIGNED
  if (claim.service !== 's3') return header ?? sha256Hex(request.body)
  if (header === undefined) {
    const refusal = claim.presigned ? 'badSignature' : 'malformed'
    throw refuse('s3', refusal, 'Missing required header for this request: x-amz-content-sha256')
  }
  if (header !== UNSIGNED && header !== CHUNKED && !/^[0-9a-f]{64}$/.test(header)) {
    const values = `${UNSIGNED}, ${CHUNKED} or a valid sha256 value`
    throw new AwsError('InvalidRequest', 400, `x-amz-content-sha256 must be ${values}.`)
  }
  return header
}

const signers = new WeakMap<KeyHolder, Map<ServiceName, SignatureV4>>()

function signerOf(holder: KeyHolder, service: ServiceName): SignatureV4 {
  const ofHolder = signers.get(holder) ?? new Map<ServiceName, SignatureV4>()
  signers.set(holder, ofHolder)
  const existing = ofHolder.get(service)
  if (existing !== undefined) return existing
  const signer = new SignatureV4({
    credentials: holder.credentials,
    region: REGION,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  })
  ofHolder.set(service, signer)
  return signer
}

/** Signs the request again, in the way its sender claims to have done: with the same headers and no others. */
async function sign(
  request: AwsRequest,
  claim: SignatureClaim,
  holder: KeyHolder,
  payloadHash: string,
): Promise<string> {
  const headers: Record<string, string> = {}
  for (const name of claim.signedHeaders) {
    const value = request.headers[name]
    if (value !== undefined) headers[name] = value
  }
  headers['x-amz-content-sha256'] = payloadHash
  const { 'X-Amz-Signature': _signature, ...query } = request.query
  const copy = { method: request.method, protocol: 'http:', hostname: '', path: request.path, query, headers }
  const signer = signerOf(holder, claim.service)
  const options = {
    signingDate: claim.signedAt,
    signableHeaders: claim.signedHeaders,
    unsignableHeaders: new Set(['x-amz-content-sha256']),
  }
  if (claim.expiresSeconds === undefined) {
    const signed = await signer.sign(copy, options)
    return /Signature=([0-9a-f]+)$/.exec(signed.headers.authorization ?? '')?.[1] ?? ''
  }
  const unhoistableHeaders = new Set(Object.keys(headers))
  const presigned = await signer.presign(copy, { ...options, expiresIn: claim.expiresSeconds, unhoistableHeaders })
  return String(presigned.query?.['X-Amz-Signature'] ?? '')
}

function sha256Hex(data: Buffer | string): string {
  return hash('sha256', data)
}

/** How long a text is may be noticed, but not what it is. */
function sameText(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
