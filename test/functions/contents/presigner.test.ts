import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presigner } from '../../../functions/contents/presigner.ts'
import { contentOf } from '../../../functions/contents/upload.ts'
import { httpHandler } from '../../../functions/data/http-handler.ts'
import { NOW } from '../../helpers/builders.ts'
import { anUpload } from '../../helpers/files.ts'
import { sumOf } from '../../helpers/sum-of.ts'

const KEY = { accessKeyId: 'AKIATEST', secretAccessKey: 'a secret' }
const PLACE = { bucket: 'files', region: 'eu-central-1', endpoint: undefined, clientEndpoint: undefined }
const handler = httpHandler({ connectionTimeout: 1000, requestTimeout: 2000 }, 'http:')
const urlsOf = (place = {}, credentials = {}) =>
  presigner({ ...PLACE, ...place, credentials: { ...KEY, ...credentials } }, handler)

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
/** As RFC 3986 has it, which is how AWS spells what it signs. */
const spelled = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** The signature that S3 computes from what it receives: Signature Version 4 in the query, the payload left open. */
function signatureOf(method: string, url: URL, headers: Record<string, string>): string {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature')
  const canonicalQuery = query.map(([name, value]) => `${spelled(name)}=${spelled(value)}`).toSorted()
  const names = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';')
  const canonicalHeaders = names.map((name) => `${name}:${name === 'host' ? url.host : headers[name]}\n`)
  const canonical = [method, url.pathname, canonicalQuery.join('&'), canonicalHeaders.join(''), names.join(';')]
  const digest = createHash('sha256')
    .update([...canonical, 'UNSIGNED-PAYLOAD'].join('\n'))
    .digest('hex')
  const date = url.searchParams.get('X-Amz-Date') ?? ''
  const [, ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/')
  const signingKey = scope.reduce<string | Buffer>(hmac, `AWS4${KEY.secretAccessKey}`)
  return hmac(signingKey, ['AWS4-HMAC-SHA256', date, scope.join('/'), digest].join('\n')).toString('hex')
}

function expectSigned(method: string, text: string, headers: Record<string, string> = {}): URL {
  const url = new URL(text)
  expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(method, url, headers))
  return url
}

describe('the URL of a PUT', () => {
  const upload = anUpload({ size: 1234, type: 'text/plain; charset=utf-8' })
  const sent = {
    'content-type': upload.type,
    'x-amz-checksum-sha256': upload.sum ?? '',
    'if-none-match': '*',
  }

  it('signs key, length, type, digest, and that nothing is there yet; the client sets the length itself', async () => {
    const put = await urlsOf().put(upload, NOW)
    expect(put).toMatchObject({ method: 'PUT', headers: sent, expiresAt: NOW + 900 })
    const url = expectSigned('PUT', put.url, { ...sent, 'content-length': '1234' })
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;if-none-match;x-amz-checksum-sha256',
    )
    expect(url.searchParams.get('X-Amz-Expires')).toBe('900')
    expect(url.pathname).toBe(`/o/${upload.id}`)
  })

  it('asks for no header that is only in the query, where S3 would not hold the client to it', async () => {
    const url = new URL((await urlsOf().put(upload, NOW)).url)
    expect([...url.searchParams.keys()].toSorted()).toEqual([
      'X-Amz-Algorithm',
      'X-Amz-Content-Sha256',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-Signature',
      'X-Amz-SignedHeaders',
    ])
  })

  it('of a part signs number, upload, length and digest', async () => {
    const inParts = anUpload({ uploadId: 'id/of+S3=', partSize: 16 })
    const asked = { number: 7, size: 16, sha256: sumOf('part') }
    const part = await urlsOf().part(inParts, asked, NOW)
    expect(part).toMatchObject({ number: 7, method: 'PUT', headers: { 'x-amz-checksum-sha256': asked.sha256 } })
    const url = expectSigned('PUT', part.url, { ...part.headers, 'content-length': '16' })
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ partNumber: '7', uploadId: 'id/of+S3=' })
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256')
    expect(url.searchParams.get('X-Amz-Expires')).toBe('900')
  })
})

describe('the URL of a GET', () => {
  const get = (type: string, name = 'plan.txt', inline = false, life = 300) =>
    urlsOf().get(contentOf(anUpload({ type }), 'sum', NOW), { name, inline, life, now: NOW })
  const asked = (text: string, what: string) => new URL(text).searchParams.get(`response-content-${what}`)

  it.each([300, 60])('lives for %i seconds, whatever else it says', async (life) => {
    const { url, expiresAt } = await get('text/plain', 'plan.txt', false, life)
    expect(expectSigned('GET', url).searchParams.get('X-Amz-Expires')).toBe(String(life))
    expect(expiresAt).toBe(NOW + life)
    expect(new URL(url).searchParams.get('X-Amz-Date')).toBe('20270115T080000Z')
  })

  it.each(['a"; b', 'a\r\nb', '日本語.png', '100%.txt', "it's (1)*!.txt", 'a&b=c+d', '../..'])(
    'signs the name as it is: %j',
    async (name) => {
      const { url } = await get('text/plain', name)
      expectSigned('GET', url)
      expect(asked(url, 'disposition')).toMatch(/^attachment; filename="[^"\r\n]*"; filename\*=UTF-8''[^\s"]+$/)
      expect(decodeURIComponent(asked(url, 'disposition')?.split("''")[1] ?? '')).toBe(name)
    },
  )

  it.each([
    ['image/png', true, 'inline', 'image/png'],
    ['image/png', false, 'attachment', 'image/png'],
    ['text/html', true, 'attachment', 'application/octet-stream'],
    ['image/svg+xml', true, 'attachment', 'application/octet-stream'],
    ['application/zip', false, 'attachment', 'application/octet-stream'],
  ])('of %s, inline %s, is %s and %s', async (type, inline, disposition, shownAs) => {
    const { url } = await get(type, 'x', inline)
    expect(asked(url, 'disposition')?.split(';')[0]).toBe(disposition)
    expect(asked(url, 'type')).toBe(shownAs)
  })

  it('gives none of the headers that whoever sent the content may have sent with it', async () => {
    const { url } = await get('text/plain')
    const { searchParams } = expectSigned('GET', url)
    expect(searchParams.get('response-content-encoding')).toBe('identity')
    expect(searchParams.get('response-cache-control')).toBe('private, no-store')
  })
})

describe('the address', () => {
  const put = async (place: object) => new URL((await urlsOf(place).put(anUpload({ id: 'abc' }), NOW)).url)

  it('is the bucket’s own in its Region, where nothing else is set', async () => {
    expect((await put({})).origin).toBe('https://files.s3.eu-central-1.amazonaws.com')
    expect((await put({ region: 'cn-north-1' })).origin).toBe('https://files.s3.cn-north-1.amazonaws.com.cn')
    expect((await put({})).searchParams.get('X-Amz-Credential')).toBe('AKIATEST/20270115/eu-central-1/s3/aws4_request')
  })

  it('is that of the endpoint for clients, with the bucket in its path and the port signed', async () => {
    const url = await put({ endpoint: 'http://inside:1', clientEndpoint: 'http://localhost:4566' })
    expect(`${url.origin}${url.pathname}`).toBe('http://localhost:4566/files/o/abc')
    const { sum = '', type, size } = anUpload({ id: 'abc' })
    const headers = { 'content-type': type, 'x-amz-checksum-sha256': sum, 'if-none-match': '*' }
    expectSigned('PUT', url.href, { ...headers, 'content-length': String(size) })
  })

  it('carries the token of a session', async () => {
    const urls = urlsOf({}, { sessionToken: 'to+ken/=' })
    const { url } = await urls.get(contentOf(anUpload(), 'sum', NOW), { name: 'x', inline: false, life: 60, now: NOW })
    expect(expectSigned('GET', url).searchParams.get('X-Amz-Security-Token')).toBe('to+ken/=')
  })
})

describe('an upload in parts', () => {
  let server: Server
  let answer: { status: number; body: string }
  const received: { method: string | undefined; url: string | undefined; headers: Record<string, unknown> }[] = []
  beforeAll(async () => {
    server = createServer(({ method, url, headers }, response) => {
      received.push({ method, url, headers })
      response.writeHead(answer.status).end(answer.body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const start = () =>
    urlsOf({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }).startParts(
      anUpload({ id: 'abc' }),
    )

  it('is begun at S3 with its type and with digests that S3 will ask for', async () => {
    answer = {
      status: 200,
      body: '<InitiateMultipartUploadResult><UploadId>of S3</UploadId></InitiateMultipartUploadResult>',
    }
    expect(await start()).toBe('of S3')
    const { method, url, headers } = received.at(-1)!
    expect(`${method} ${url}`).toBe('POST /files/o/abc?uploads=')
    expect(headers).toMatchObject({ 'content-type': 'text/plain', 'x-amz-checksum-algorithm': 'SHA256' })
    expect(headers.authorization).toMatch(/SignedHeaders=\S*content-type;host;x-amz-checksum-algorithm/)
  })

  it.each([
    [200, ''],
    [200, '<Error><Code>InternalError</Code></Error>'],
    [503, '<Error><Code>SlowDown</Code></Error>'],
    [403, '<Error><UploadId>x</UploadId></Error>'],
  ])('is not begun where S3 answers %i %s', async (status, body) => {
    answer = { status, body }
    await expect(start()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
