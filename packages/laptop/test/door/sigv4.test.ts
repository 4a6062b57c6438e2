import { createHash } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { AwsError } from '../../door/aws-error.ts'
import type { AwsRequest } from '../../door/call.ts'
import { deriveCredentials, keyRegister } from '../../door/credentials.ts'
import { Sha256 } from '../../door/sha256.ts'
import { readClaim } from '../../door/signature-claim.ts'
import { verifySignature } from '../../door/sigv4.ts'

const SEED = 'seed'
const NOW = Date.parse('2026-11-21T12:00:00Z')
const findKey = keyRegister(SEED, ['sign-in'])
const credentials = deriveCredentials(SEED, 'sign-in')
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')

type Draft = {
  service?: string
  region?: string
  method?: string
  path?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string
  at?: number
  credentials?: typeof credentials
}

/** By these, a request without a signature shows which service it means. */
const TARGET = { 'x-amz-target': 'DynamoDB_20120810.GetItem' }

function parts({ service = 'dynamodb', method = 'POST', path = '/', query = {}, headers = {}, body = '{}' }: Draft) {
  const request = {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query,
    headers: {
      host: '127.0.0.1:3002',
      'x-amz-content-sha256': sha256(body),
      ...(service === 's3' ? {} : TARGET),
      ...headers,
    },
  }
  return { service, request, body: Buffer.from(body) }
}

function signerOf(draft: Draft) {
  return new SignatureV4({
    credentials: draft.credentials ?? credentials,
    region: draft.region ?? 'us-east-1',
    service: draft.service ?? 'dynamodb',
    sha256: Sha256,
    uriEscapePath: draft.service !== 's3',
  })
}

async function signed(draft: Draft = {}): Promise<AwsRequest> {
  const { request, body } = parts(draft)
  const { method, path, headers } = await signerOf(draft).sign(request, { signingDate: new Date(draft.at ?? NOW) })
  return { method, path, query: draft.query ?? {}, headers, body }
}

async function presigned(draft: Draft = {}, expiresIn = 900): Promise<AwsRequest> {
  const options = { service: 's3', method: 'GET', path: '/bucket/key', body: '', ...draft }
  const { request, body } = parts(options)
  const { 'x-amz-content-sha256': _unsigned, ...headers } = request.headers
  const result = await signerOf(options).presign(
    { ...request, headers: { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    {
      signingDate: new Date(draft.at ?? NOW),
      expiresIn,
      unhoistableHeaders: new Set(Object.keys(request.headers)),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  )
  return { method: options.method, path: options.path, query: result.query as Record<string, string>, headers, body }
}

async function verify(request: AwsRequest, now = NOW, find = findKey) {
  const claim = readClaim(request)
  const { principalName, payloadHash } = await verifySignature(request, claim, find, now)
  return { principalName, payloadHash, service: claim.service }
}

async function codeOf(request: AwsRequest, now = NOW): Promise<string> {
  try {
    await verify(request, now)
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
  return 'accepted'
}

/** Vectors of "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference. */
describe('the signatures that AWS publishes as examples', () => {
  const example = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: '',
  }
  const findExample = () => ({ principalName: 'example', credentials: example })
  const at = Date.parse('2013-05-24T00:00:00Z')
  const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

  it('accepts the header-signed GET', async () => {
    const request = {
      method: 'GET',
      path: '/test.txt',
      query: {},
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        range: 'bytes=0-9',
        'x-amz-content-sha256': emptyHash,
        'x-amz-date': '20130524T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      },
      body: Buffer.alloc(0),
    }
    expect(await verify(request, at, findExample)).toMatchObject({ principalName: 'example', service: 's3' })
  })

  it('accepts the presigned GET', async () => {
    const request = {
      method: 'GET',
      path: '/test.txt',
      query: {
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
        'X-Amz-Date': '20130524T000000Z',
        'X-Amz-Expires': '86400',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
      },
      headers: { host: 'examplebucket.s3.amazonaws.com' },
      body: Buffer.alloc(0),
    }
    expect(await verify(request, at, findExample)).toMatchObject({ principalName: 'example', service: 's3' })
  })
})

describe('a signature in the headers', () => {
  it('names the caller and the service', async () => {
    expect(await verify(await signed())).toMatchObject({ principalName: 'sign-in', service: 'dynamodb' })
  })

  it('covers an S3 path as it came', async () => {
    const draft = { service: 's3', method: 'PUT', path: '/bucket/a%20b/../c%2Fd//e', query: { 'x-id': 'PutObject' } }
    expect(await codeOf(await signed(draft))).toBe('accepted')
  })

  it('covers the path of other services encoded twice', async () => {
    const request = await signed({ service: 'ses', path: '/v2/email/identities/a%40example.com' })
    expect(await codeOf(request)).toBe('accepted')
  })

  it('is good for 15 minutes before and after', async () => {
    const request = await signed()
    expect(await codeOf(request, NOW + 15 * 60_000)).toBe('accepted')
    expect(await codeOf(request, NOW + 15 * 60_000 + 1000)).toBe('InvalidSignatureException')
    expect(await codeOf(request, NOW - 15 * 60_000)).toBe('accepted')
    expect(await codeOf(request, NOW - 15 * 60_000 - 1000)).toBe('InvalidSignatureException')
  })

  const s3Put = { service: 's3', method: 'PUT', path: '/bucket/key', body: 'hello' }
  const set = (change: Partial<AwsRequest>) => (request: AwsRequest) => void Object.assign(request, change)
  const setHeader = (name: string, value: string) => (request: AwsRequest) =>
    void Object.assign(request.headers, { [name]: value })
  const dropHeader = (name: string) => (request: AwsRequest) => void Reflect.deleteProperty(request.headers, name)

  it.each<[what: string, draft: Draft, change: (request: AwsRequest) => void, code: string]>([
    ['another method', {}, set({ method: 'PUT' }), 'InvalidSignatureException'],
    ['another path', {}, set({ path: '/other' }), 'InvalidSignatureException'],
    ['another query', {}, set({ query: { a: 'b' } }), 'InvalidSignatureException'],
    ['another signed header', {}, setHeader('host', 'elsewhere'), 'InvalidSignatureException'],
    ['a signed header missing', {}, dropHeader('x-amz-target'), 'InvalidSignatureException'],
    ['another body', {}, set({ body: Buffer.from('{"a":1}') }), 'InvalidSignatureException'],
    ['another path at S3', s3Put, set({ path: '/bucket/other' }), 'SignatureDoesNotMatch'],
    ['another hash of the body at S3', s3Put, setHeader('x-amz-content-sha256', sha256('x')), 'SignatureDoesNotMatch'],
    ['a hash of the body at S3 that is none', s3Put, setHeader('x-amz-content-sha256', 'x'), 'InvalidRequest'],
    ['an unsigned x-amz- header', s3Put, setHeader('x-amz-meta-a', 'b'), 'AccessDenied'],
    ['no hash of the body at S3', s3Put, dropHeader('x-amz-content-sha256'), 'AuthorizationHeaderMalformed'],
    ['no authorization', {}, dropHeader('authorization'), 'MissingAuthenticationTokenException'],
    ['another algorithm', {}, setHeader('authorization', 'Bearer x'), 'IncompleteSignatureException'],
    ['no session token', {}, dropHeader('x-amz-security-token'), 'UnrecognizedClientException'],
    ['another session token', {}, setHeader('x-amz-security-token', 'x'), 'UnrecognizedClientException'],
    ['no date', {}, dropHeader('x-amz-date'), 'IncompleteSignatureException'],
    ['a date of another day', {}, setHeader('x-amz-date', '20261120T235959Z'), 'IncompleteSignatureException'],
    ['a date that is none', {}, setHeader('x-amz-date', '20261121T996000Z'), 'IncompleteSignatureException'],
  ])('is refused with %s', async (_what, draft, change, code) => {
    const request = await signed(draft)
    expect(await codeOf(request)).toBe('accepted')
    change(request)
    expect(await codeOf(request)).toBe(code)
  })

  it.each<[what: string, draft: Draft, code: string]>([
    ['a key nobody holds', { credentials: deriveCredentials('other seed', 'sign-in') }, 'UnrecognizedClientException'],
    [
      'a secret that is not the key’s',
      { credentials: { ...credentials, secretAccessKey: 'x' } },
      'InvalidSignatureException',
    ],
    ['another region', { region: 'eu-west-1' }, 'IncompleteSignatureException'],
    ['a service without a stand-in', { service: 'kms' }, 'IncompleteSignatureException'],
    [
      'an unsigned payload outside S3',
      { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      'InvalidSignatureException',
    ],
  ])('is refused when it was made with %s', async (_what, draft, code) => {
    expect(await codeOf(await signed(draft))).toBe(code)
  })

  it('must cover the host', async () => {
    const { request, body } = parts({})
    const options = { signingDate: new Date(NOW), unsignableHeaders: new Set(['host']) }
    const { headers } = await signerOf({}).sign(request, options)
    const unbound = { method: 'POST', path: '/', query: {}, headers, body }
    expect(await codeOf(unbound)).toBe('InvalidSignatureException')
    await expect(verify(unbound)).rejects.toThrow('not signed: host')
  })

  it('vouches for the body of an S3 upload by its hash, or leaves it unsigned', async () => {
    expect(await verify(await signed(s3Put))).toMatchObject({ payloadHash: sha256('hello') })
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
    expect(await verify(await signed({ ...s3Put, headers }))).toMatchObject({ payloadHash: 'UNSIGNED-PAYLOAD' })
  })

  it('is missed differently by a request that wants to choose its answer', async () => {
    const request = await signed({ service: 's3', method: 'GET', path: '/bucket/key', body: '' })
    Reflect.deleteProperty(request.headers, 'authorization')
    expect(await codeOf(request)).toBe('AccessDenied')
    expect(await codeOf({ ...request, query: { 'response-content-type': 'text/html' } })).toBe('InvalidRequest')
  })
})

describe('a signature in the query', () => {
  it('names the caller', async () => {
    expect(await verify(await presigned())).toMatchObject({ principalName: 'sign-in', service: 's3' })
  })

  it('ends when it says so, not with the skew', async () => {
    const request = await presigned({}, 3600)
    expect(await codeOf(request, NOW + 3600_000)).toBe('accepted')
    expect(await codeOf(request, NOW + 3600_001)).toBe('AccessDenied')
    expect(await codeOf(request, NOW - 15 * 60_000 - 1)).toBe('RequestTimeTooSkewed')
  })

  it('lasts seven days at most', async () => {
    const week = 7 * 24 * 3600
    expect(await codeOf(await presigned({}, week))).toBe('accepted')
    const { query, ...request } = await presigned({}, week)
    for (const expires of [String(week + 1), '0', '-1', '9e2', 'soon', '']) {
      const code = await codeOf({ ...request, query: { ...query, 'X-Amz-Expires': expires } })
      expect(code, expires).toBe('AuthorizationQueryParametersError')
    }
  })

  it.each<[what: string, change: Partial<AwsRequest>, query: Record<string, string>, code: string]>([
    ['a longer life', {}, { 'X-Amz-Expires': '901' }, 'SignatureDoesNotMatch'],
    ['another query value', {}, { 'response-content-type': 'text/html' }, 'SignatureDoesNotMatch'],
    ['another session token', {}, { 'X-Amz-Security-Token': 'x' }, 'InvalidToken'],
    ['another algorithm', {}, { 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }, 'AuthorizationQueryParametersError'],
    ['another method', { method: 'PUT' }, {}, 'SignatureDoesNotMatch'],
    ['another key', { path: '/bucket/other' }, {}, 'SignatureDoesNotMatch'],
    ['another host', { headers: { host: 'elsewhere' } }, {}, 'SignatureDoesNotMatch'],
    [
      'an x-amz- header that was not signed',
      { headers: { host: '127.0.0.1:3002', 'x-amz-acl': 'public-read' } },
      {},
      'AccessDenied',
    ],
  ])('is refused with %s', async (_what, change, query, code) => {
    const request = await presigned()
    expect(await codeOf({ ...request, ...change, query: { ...request.query, ...query } })).toBe(code)
  })

  it('holds the client to the headers it signed', async () => {
    const request = await presigned({ method: 'PUT', headers: { 'content-length': '5', 'x-amz-meta-a': 'b' } })
    expect(await codeOf(request)).toBe('accepted')
    const headers = { ...request.headers, 'content-length': '6' }
    expect(await codeOf({ ...request, headers })).toBe('SignatureDoesNotMatch')
    const { 'x-amz-meta-a': _gone, ...fewer } = request.headers
    expect(await codeOf({ ...request, headers: fewer })).toBe('SignatureDoesNotMatch')
  })

  it('is S3’s alone', async () => {
    expect(await codeOf(await presigned({ service: 'dynamodb', path: '/' }))).toBe('IncompleteSignatureException')
  })
})

describe('a POST to a JSON service', () => {
  const DAY = 24 * 3_600_000
  const accepted = async (draft: Draft, now: number) => {
    const request = await signed(draft)
    return (await verifySignature(request, readClaim(request), findKey, now)).principalName
  }

  it('is accepted on one day and the next, and on the first again', async () => {
    for (const at of [NOW, NOW + DAY, NOW]) expect(await accepted({ at }, at)).toBe('sign-in')
  })

  it('of one service is not accepted with the key of another', async () => {
    expect(await accepted({ service: 'sqs', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' } }, NOW)).toBe(
      'sign-in',
    )
    expect(await accepted({}, NOW)).toBe('sign-in')
    const request = await signed({ service: 'sqs' })
    const asDynamodb = { ...request, headers: { ...request.headers } }
    asDynamodb.headers.authorization = String(request.headers.authorization).replace('/sqs/', '/dynamodb/')
    await expect(verifySignature(asDynamodb, readClaim(asDynamodb), findKey, NOW)).rejects.toThrow(AwsError)
  })

  it('is accepted with blanks in a signed header', async () => {
    expect(await accepted({ headers: { 'x-amz-meta': '  many   blanks ' } }, NOW)).toBe('sign-in')
  })
})
