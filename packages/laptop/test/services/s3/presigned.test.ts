import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { allow, deny } from '../../door/test-door.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { aStore, Bucket, failure, outcome, type Presigning, READ_WRITE, type Store } from './a-store.ts'

const run = promisify(execFile)
const TEXT = 'hello world'
const SHA256 = createHash('sha256').update(TEXT).digest('base64')
const SIGNED = {
  'content-length': String(TEXT.length),
  'content-type': 'text/plain',
  'if-none-match': '*',
  'x-amz-checksum-sha256': SHA256,
}

type Sent = Record<string, string | undefined>

/** A signed upload, with one thing changed after the signing. */
async function put(store: Store, sent: Sent = {}, body = TEXT, presigning: Presigning = {}) {
  const url = await store.presign({ method: 'PUT', headers: SIGNED, ...presigning })
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries({ ...SIGNED, 'content-length': undefined, ...sent })) {
    if (value !== undefined) headers[name] = value
  }
  return outcome(await fetch(url, { method: 'PUT', headers, body }))
}

const head = ({ client }: Store) => client.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }))

describe('a presigned upload', () => {
  it('stores exactly what was signed, once', async () => {
    const store = await aStore()
    expect(await put(store)).toBe('200')
    const stored = { ContentLength: 11, ContentType: 'text/plain', ChecksumSHA256: SHA256, ChecksumType: 'FULL_OBJECT' }
    expect(await head(store)).toMatchObject(stored)
    expect(await put(store)).toBe('412 PreconditionFailed')
  })

  it.each<[what: string, sent: Sent, body: string, refusal: string]>([
    ['another length', {}, 'hello world!', '403 SignatureDoesNotMatch'],
    ['another body of that length', {}, 'hello World', '400 BadDigest'],
    ['another type', { 'content-type': 'text/html' }, TEXT, '403 SignatureDoesNotMatch'],
    ['no type', { 'content-type': undefined }, TEXT, '403 SignatureDoesNotMatch'],
    ['another condition', { 'if-none-match': '"0"' }, TEXT, '403 SignatureDoesNotMatch'],
    ['no condition', { 'if-none-match': undefined }, TEXT, '403 SignatureDoesNotMatch'],
    ['another digest', { 'x-amz-checksum-sha256': 'x' }, TEXT, '403 SignatureDoesNotMatch'],
    ['no digest', { 'x-amz-checksum-sha256': undefined }, TEXT, '403 SignatureDoesNotMatch'],
    ['metadata that was not signed', { 'x-amz-meta-a': 'b' }, TEXT, '403 AccessDenied'],
    ['an ACL that was not signed', { 'x-amz-acl': 'public-read' }, TEXT, '403 AccessDenied'],
  ])('with %s is refused and nothing is stored', async (_what, sent, body, refusal) => {
    const store = await aStore()
    expect(await put(store, sent, body)).toBe(refusal)
    expect(store.filesIn('data')).toEqual([])
    expect(await failure(head(store))).toBe('404 NotFound')
  })

  it('is refused under another method or key, or with another key’s signature', async () => {
    const store = await aStore()
    const url = await store.presign({ method: 'PUT', headers: SIGNED })
    const upload = { headers: SIGNED, body: TEXT }
    expect(await outcome(await fetch(url, { ...upload, method: 'POST' }))).toBe('403 SignatureDoesNotMatch')
    expect(await outcome(await fetch(url, { method: 'DELETE', headers: SIGNED }))).toBe('403 SignatureDoesNotMatch')
    expect(await outcome(await fetch(url))).toBe('403 SignatureDoesNotMatch')
    const other = url.replace('/docs/a?', '/docs/b?')
    expect(await outcome(await fetch(other, { ...upload, method: 'PUT' }))).toBe('403 SignatureDoesNotMatch')
    const unknown = url.replace(/ASIA\w{16}/, 'ASIAAAAAAAAAAAAAAAAA')
    expect(await outcome(await fetch(unknown, { ...upload, method: 'PUT' }))).toBe('403 InvalidAccessKeyId')
  })

  it('is refused after its time, and with a time that is none', async () => {
    const store = await aStore()
    const signedAt = new Date(Date.now() - 61_000)
    const url = await store.presign({ method: 'PUT', headers: SIGNED, expiresIn: 60, signedAt })
    const answer = await fetch(url, { method: 'PUT', headers: SIGNED, body: TEXT })
    const text = await answer.text()
    expect(answer.status).toBe(403)
    expect(text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>')
    for (const expires of ['604801', '0', '-1', 'soon']) {
      const changed = url.replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`)
      const refused = await fetch(changed, { method: 'PUT', headers: SIGNED, body: TEXT })
      expect(await outcome(refused)).toBe('400 AuthorizationQueryParametersError')
    }
  })

  it('is held to a digest in its headers only: in the query S3 does not look at it', async () => {
    const { 'x-amz-checksum-sha256': _header, ...headers } = SIGNED
    const store = await aStore()
    const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' }
    expect(await put(store, { 'x-amz-checksum-sha256': undefined }, TEXT, { headers, query })).toBe('200')
  })

  it('is held to the digest of its headers also without a signature on them in the URL', async () => {
    const store = await aStore()
    const headers = { 'content-md5': 'x' }
    expect(await put(store, headers, TEXT)).toBe('400 InvalidDigest')
    const both = { ...SIGNED, 'x-amz-checksum-crc32': 'DUoRhQ==' }
    expect(await put(store, both, TEXT, { headers: both })).toBe('400 InvalidRequest')
  })

  it('works under whatever name the client knows this machine by', async () => {
    const store = await aStore()
    const host = `localhost:${store.door.port}`
    expect(await put(store, {}, TEXT, { host })).toBe('200')
    const url = await store.presign({ host })
    expect(await outcome(await fetch(url))).toBe('200')
    expect(await outcome(await fetch(url.replace('localhost', '127.0.0.1')))).toBe('403 SignatureDoesNotMatch')
  })

  it('is judged by what its signer may do when it is used', async () => {
    const readOnly = await aStore({ grants: [allow('s3:GetObject', '*')] })
    expect(await put(readOnly)).toBe('403 AccessDenied')
    const denied = await aStore({ grants: [READ_WRITE, deny('s3:PutObject', `arn:aws:s3:::${Bucket}/a`)] })
    expect(await put(denied)).toBe('403 AccessDenied')
    expect(await put(denied, {}, TEXT, { key: 'b' })).toBe('200')
  })
})

describe('curl', () => {
  const curl = async (...parameters: string[]) => {
    const { stdout } = await run('curl', ['--silent', '--show-error', '--write-out', ' %{http_code}', ...parameters])
    return stdout
  }

  it('uploads and downloads by presigned URLs', async () => {
    const store = await aStore()
    const file = join(temporaryFolder(), 'big')
    writeFileSync(file, Buffer.alloc(3 * 1024 * 1024, 'a'))
    const url = await store.presign({ method: 'PUT' })
    // Above 1 MiB curl asks first whether to send.
    expect(await curl('--upload-file', file, url)).toBe(' 200')
    expect(await curl('--range', '0-3', await store.presign())).toBe('aaaa 206')
    expect(await curl('--head', await store.presign({ method: 'HEAD' }))).toContain('content-length: 3145728')
  })

  it('reads the refusal of an upload that it has not sent', async () => {
    const store = await aStore()
    const file = join(temporaryFolder(), 'big')
    writeFileSync(file, Buffer.alloc(32 * 1024 * 1024, 'a'))
    const url = (await store.presign({ method: 'PUT' })).replace('/docs/a?', '/docs/b?')
    const asking = await curl('--upload-file', file, '--write-out', ' %{http_code} %{size_upload}', url)
    expect(asking).toMatch(/<Code>SignatureDoesNotMatch<\/Code>.* 403 0$/s)
    expect(await curl('--upload-file', file, '--header', 'Expect:', url)).toMatch(/SignatureDoesNotMatch.* 403$/s)
  })
})
