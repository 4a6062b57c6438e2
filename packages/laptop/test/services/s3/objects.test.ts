import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../model.ts'
import { allow } from '../../door/test-door.ts'
import { aStore, Bucket, failure, LIST, READ_WRITE } from './a-store.ts'

async function started(grants: JsonObject[] = [READ_WRITE, LIST], folder?: string) {
  const store = await aStore({ grants, ...(folder && { folder }) })
  const { client } = store
  const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
  const read = async (Key: string) =>
    (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()
  return { ...store, put, read }
}

describe('an object', () => {
  it('comes back as it was put, with its headers and checksum', async () => {
    const { client, put } = await started()
    const { ETag } = await put('.well-known/jwks.json', '{"keys":[]}', {
      ContentType: 'application/json',
      CacheControl: 'max-age=300',
      Metadata: { made: 'by-test' },
    })
    const { Body, LastModified, ...output } = await client.send(
      new GetObjectCommand({ Bucket, Key: '.well-known/jwks.json' }),
    )
    expect(await Body?.transformToString()).toBe('{"keys":[]}')
    expect(Math.abs(Date.now() - Number(LastModified))).toBeLessThan(5000)
    expect(output).toMatchObject({
      ContentType: 'application/json',
      CacheControl: 'max-age=300',
      ContentLength: 11,
      Metadata: { made: 'by-test' },
      ETag,
      ChecksumCRC32: expect.any(String),
    })
  })

  it('can be asked for its headers alone', async () => {
    const { client, put } = await started()
    await put('a', 'hello')
    const output = await client.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }))
    expect(output).toMatchObject({
      ContentLength: 5,
      ContentType: 'application/octet-stream',
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumCRC32: 'NhCmhg==',
    })
  })

  it('may have any key, and none leaves the folder', async () => {
    const { folder, put, read } = await started()
    const keys = ['a/../../b', 'ünï/c ö+d?e#f', '%2e%2e', 'x'.repeat(1024), '..hidden']
    for (const key of keys) await put(key, key)
    for (const key of keys) expect(await read(key)).toBe(key)
    expect(readdirSync(folder)).toEqual([Bucket])
    expect(readdirSync(join(folder, Bucket)).sort()).toEqual(['data', 'noncurrent', 'records', 'untold', 'uploads'])
    expect(await failure(put('x'.repeat(1025), 'text'))).toBe('400 KeyTooLongError')
  })

  it('is replaced whole and survives a restart', async () => {
    const { folder, put, read } = await started()
    await put('a', 'first', { CacheControl: 'no-store' })
    await put('a', 'second')
    expect(await read('a')).toBe('second')
    expect(readdirSync(join(folder, Bucket, 'data'))).toHaveLength(1)
    const again = await started([READ_WRITE], folder)
    expect(await again.read('a')).toBe('second')
    expect((await again.objects.read(Bucket, 'a'))?.headers['cache-control']).toBeUndefined()
  })

  it('is gone after deletion, and deleting it again succeeds', async () => {
    const { client, folder, put, read } = await started()
    await put('a', 'text')
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    expect(await failure(read('a'))).toBe('404 NoSuchKey')
    expect(readdirSync(join(folder, Bucket, 'data'))).toEqual([])
  })

  it('that is missing is 403 to who may not list the bucket, also for HEAD', async () => {
    const { client, read } = await started([READ_WRITE])
    expect(await failure(read('missing'))).toBe('403 AccessDenied')
    expect(await failure(client.send(new HeadObjectCommand({ Bucket, Key: 'missing' })))).toMatch(/^403 /)
    const listing = await started()
    expect(await failure(listing.client.send(new HeadObjectCommand({ Bucket, Key: 'missing' })))).toBe('404 NotFound')
  })

  it('in a bucket that is missing is NoSuchBucket', async () => {
    const { client } = await started([allow('s3:*', '*')])
    expect(await failure(client.send(new GetObjectCommand({ Bucket: 'other', Key: 'a' })))).toBe('404 NoSuchBucket')
  })
})

describe('an upload', () => {
  it.each<[what: string, input: Partial<PutObjectCommandInput>]>([
    ['SHA-256', { ChecksumSHA256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=' }],
    ['SHA-1', { ChecksumSHA1: 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=' }],
    ['CRC32', { ChecksumCRC32: 'NSRBwg==' }],
    ['MD5', { ContentMD5: 'kAFQmDzST7DWlj99KOF/cg==' }],
  ])('is held to its %s', async (_what, input) => {
    const { put, read } = await started()
    await put('a', 'abc', input)
    expect(await failure(put('a', 'abd', input))).toBe('400 BadDigest')
    expect(await read('a')).toBe('abc')
  })

  it('with a checksum that cannot be computed here is refused, not trusted', async () => {
    const { put } = await started()
    expect(await failure(put('a', 'abc', { ChecksumCRC32C: 'NreyPg==' }))).toBe('501 NotImplemented')
  })

  it('of a stream arrives whole', async () => {
    const { client, read } = await started()
    const Body = Readable.from([Buffer.from('hello '), Buffer.from('world')])
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ContentLength: 11 }))
    expect(await read('a')).toBe('hello world')
  })

  it('with If-None-Match creates only, and of rivals one wins', async () => {
    const { put, read, folder } = await started()
    const rivals = Array.from({ length: 8 }, (_, index) => `rival ${index}`)
    const outcomes = await Promise.all(rivals.map((body) => failure(put('a', body, { IfNoneMatch: '*' }))))
    expect(outcomes.filter((outcome) => outcome === 'it was answered')).toHaveLength(1)
    const losses = ['409 ConditionalRequestConflict', '412 PreconditionFailed']
    expect(outcomes.filter((outcome) => losses.includes(outcome))).toHaveLength(7)
    expect(await failure(put('a', 'late', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed')
    expect(await read('a')).toBe(rivals[outcomes.indexOf('it was answered')])
    expect(readdirSync(join(folder, Bucket, 'data'))).toHaveLength(1)
  })

  it('with If-Match replaces only what was seen', async () => {
    const { put, read } = await started()
    expect(await failure(put('a', 'x', { IfMatch: '"0"' }))).toBe('404 NoSuchKey')
    const { ETag } = await put('a', 'first')
    await put('a', 'second', { IfMatch: ETag })
    expect(await failure(put('a', 'third', { IfMatch: ETag }))).toBe('412 PreconditionFailed')
    expect(await read('a')).toBe('second')
  })

  it('that was cut by a kill leaves nothing', async () => {
    const { folder, put } = await started()
    await put('a', 'text')
    const bucketFolder = join(folder, Bucket)
    writeFileSync(join(bucketFolder, 'data', 'unnamed'), 'half')
    writeFileSync(join(bucketFolder, 'records', 'x.json.unnamed'), '{')
    const { read } = await started([READ_WRITE], folder)
    expect(readdirSync(join(bucketFolder, 'data'))).toHaveLength(1)
    expect(readdirSync(join(bucketFolder, 'records'))).toHaveLength(1)
    expect(await read('a')).toBe('text')
  })
})

describe('a list', () => {
  it('is in order of the keys, by prefix, in pages', async () => {
    const { client, put } = await started()
    for (const key of ['b', 'a/2', 'a/1', 'a/3&', 'B']) await put(key, key)
    const list = async (input: object) => {
      const output = await client.send(new ListObjectsV2Command({ Bucket, ...input }))
      return { ...output, keys: output.Contents?.map(({ Key }) => Key) }
    }
    expect((await list({})).keys).toEqual(['B', 'a/1', 'a/2', 'a/3&', 'b'])
    const page = await list({ Prefix: 'a/', MaxKeys: 2 })
    expect(page).toMatchObject({ keys: ['a/1', 'a/2'], IsTruncated: true, KeyCount: 2 })
    const rest = await list({ Prefix: 'a/', MaxKeys: 2, ContinuationToken: page.NextContinuationToken })
    expect(rest).toMatchObject({ keys: ['a/3&'], IsTruncated: false })
  })

  it('needs its own grant', async () => {
    const { client } = await started([READ_WRITE])
    expect(await failure(client.send(new ListObjectsV2Command({ Bucket })))).toBe('403 AccessDenied')
  })
})
