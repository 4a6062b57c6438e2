import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { aStore, Bucket, failure, outcome, type Presigning, type Store } from './a-store.ts'

const TEXT = 'hello world'

async function started() {
  const store = await aStore()
  const { ETag } = await store.client.send(
    new PutObjectCommand({ Bucket, Key: 'a', Body: TEXT, ContentType: 'text/plain', CacheControl: 'max-age=60' }),
  )
  const fetched = async (headers: Record<string, string> = {}, presigning: Presigning = {}) =>
    fetch(await store.presign(presigning), { headers, method: presigning.method ?? 'GET' })
  return { ...store, etag: ETag ?? '', fetched }
}

describe('a range', () => {
  it.each([
    ['bytes=0-4', 'hello', 'bytes 0-4/11'],
    ['bytes=6-', 'world', 'bytes 6-10/11'],
    ['bytes=-5', 'world', 'bytes 6-10/11'],
    ['bytes=-500', TEXT, 'bytes 0-10/11'],
    ['bytes=10-99', 'd', 'bytes 10-10/11'],
  ])('%s is answered with 206 and those bytes', async (range, text, contentRange) => {
    const { fetched } = await started()
    const answer = await fetched({ range })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(contentRange)
    expect(answer.headers.get('content-length')).toBe(String(text.length))
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(await answer.text()).toBe(text)
  })

  it.each(['bytes=11-', 'bytes=99-100', 'bytes=-0'])('%s, of which there is nothing, is 416', async (range) => {
    const { fetched } = await started()
    const answer = await fetched({ range })
    expect(answer.headers.get('content-range')).toBe('bytes */11')
    expect(await outcome(answer)).toBe('416 InvalidRange')
  })

  it.each(['bytes=0-1,3-4', 'bytes=4-1', 'bytes=-', 'bytes=a-b', 'lines=0-1'])(
    '%s is the whole object',
    async (range) => {
      const { fetched } = await started()
      const answer = await fetched({ range })
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe(TEXT)
    },
  )

  it('of an empty object there is none', async () => {
    const { client, fetched } = await started()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '', ContentLength: 0 }))
    expect((await fetched({ range: 'bytes=0-' })).status).toBe(416)
    const whole = await fetched()
    expect([whole.status, await whole.text()]).toEqual([200, ''])
  })

  it('is given to who holds the rest of the same object only', async () => {
    const { etag, fetched } = await started()
    expect((await fetched({ range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await fetched({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
  })

  it('can be asked about by HEAD', async () => {
    const { client } = await started()
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a', Range: 'bytes=0-4' }))
    expect(head).toMatchObject({ ContentLength: 5, ContentRange: 'bytes 0-4/11' })
  })
})

describe('a condition on a read', () => {
  const PAST = 'Wed, 21 Oct 2015 07:28:00 GMT'
  const FUTURE = 'Wed, 21 Oct 2065 07:28:00 GMT'

  it.each<[name: string, value: (etag: string) => string, status: number]>([
    ['if-match', (etag) => etag, 200],
    ['if-match', () => '*', 200],
    ['if-match', (etag) => `"other", ${etag}`, 200],
    ['if-match', () => '"other"', 412],
    ['if-none-match', (etag) => etag, 304],
    ['if-none-match', (etag) => `W/${etag}`, 304],
    ['if-none-match', () => '*', 304],
    ['if-none-match', () => '"other"', 200],
    ['if-modified-since', () => FUTURE, 304],
    ['if-modified-since', () => PAST, 200],
    ['if-modified-since', () => 'yesterday', 200],
    ['if-unmodified-since', () => PAST, 412],
    ['if-unmodified-since', () => FUTURE, 200],
  ])('%s, case %#, is %i for GET and HEAD', async (name, value, status) => {
    const { etag, fetched } = await started()
    const headers = { [name]: value(etag) }
    const got = await fetched(headers)
    expect(await outcome(got)).toBe(status === 412 ? '412 PreconditionFailed' : String(status))
    expect((await fetched(headers, { method: 'HEAD' })).status).toBe(status)
    if (status === 304) expect(got.headers.get('etag')).toBe(etag)
  })

  it('by ETag counts for more than one by time', async () => {
    const { etag, fetched } = await started()
    expect((await fetched({ 'if-match': etag, 'if-unmodified-since': PAST })).status).toBe(200)
    expect((await fetched({ 'if-none-match': '"other"', 'if-modified-since': FUTURE })).status).toBe(200)
  })
})

describe('an answer’s headers', () => {
  it('are what a signed URL says, for ranges too', async () => {
    const { fetched } = await started()
    const query = {
      'response-content-type': 'application/pdf',
      'response-content-disposition': 'attachment; filename="a b.pdf"',
      'response-cache-control': 'no-store',
      'response-content-encoding': 'identity',
      'response-content-language': 'de',
      'response-expires': 'Wed, 21 Oct 2015 07:28:00 GMT',
    }
    for (const range of ['bytes=0-', 'none', 'bytes=0-1']) {
      const answer = await fetched({ range }, { query })
      for (const [name, value] of Object.entries(query)) {
        expect(answer.headers.get(name.slice('response-'.length))).toBe(value)
      }
    }
    expect((await fetched()).headers.get('content-type')).toBe('text/plain')
  })

  it('cannot be chosen by who did not sign them', async () => {
    const { door, presign } = await started()
    const override = 'response-content-type=text%2Fhtml'
    expect(await outcome(await fetch(`${await presign()}&${override}`))).toBe('403 SignatureDoesNotMatch')
    expect(await outcome(await fetch(`${door.url}/${Bucket}/a?${override}`))).toBe('400 InvalidRequest')
    expect(await outcome(await fetch(`${door.url}/${Bucket}/a`))).toBe('403 AccessDenied')
  })

  it.each(['a\nset-cookie: b', '名前'])('cannot be %j', async (value) => {
    const { fetched } = await started()
    const answer = await fetched({}, { query: { 'response-content-disposition': value } })
    expect(await outcome(answer)).toBe('400 InvalidArgument')
  })

  it('name the checksum of a whole object to who asks', async () => {
    const { client } = await started()
    const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: 'a', ...more }))
    expect(await get({ ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumCRC32: 'DUoRhQ==',
      ChecksumType: 'FULL_OBJECT',
    })
    const range = await get({ ChecksumMode: 'ENABLED', Range: 'bytes=0-1' })
    expect([range.ChecksumCRC32, range.ChecksumType]).toEqual([undefined, undefined])
  })
})

describe('an object that is replaced or deleted while it is read', () => {
  async function half(store: Store) {
    const big = Buffer.alloc(8 * 1024 * 1024, 'a')
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: big }))
    const found = await store.objects.stream(Bucket, 'big')
    const pieces = found?.body[Symbol.asyncIterator]()
    const first = (await pieces?.next())?.value as Buffer
    return { found, first, pieces }
  }

  it('is read to its end, and its bytes are removed then', async () => {
    const store = await aStore()
    const { found, first, pieces } = await half(store)
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'new' }))
    expect(store.filesIn('data')).toHaveLength(2)
    let read = first.length
    for (let next = await pieces?.next(); next && !next.done; next = await pieces?.next()) read += next.value.length
    expect(read).toBe(found?.size)
    await expect.poll(() => store.filesIn('data')).toHaveLength(1)
  })

  it('is released by who stops reading', async () => {
    const store = await aStore()
    const { pieces } = await half(store)
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'new' }))
    await pieces?.return?.()
    await expect.poll(() => store.filesIn('data')).toHaveLength(1)
  })

  it('is released by a client that hangs up, without a word', async () => {
    const store = await aStore()
    const big = Buffer.alloc(32 * 1024 * 1024, 'a')
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: big }))
    const answer = await fetch(await store.presign())
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'new' }))
    expect(store.filesIn('data')).toHaveLength(2)
    await answer.body?.cancel()
    await expect.poll(() => store.filesIn('data')).toHaveLength(1)
    expect(store.reported).toEqual([])
  })

  it('of which bytes are lost breaks off instead of ending early', async () => {
    const store = await aStore()
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: TEXT }))
    truncateSync(join(store.folder, Bucket, 'data', store.filesIn('data')[0] ?? ''), 4)
    const answer = await fetch(await store.presign())
    await expect(answer.text()).rejects.toThrow()
    expect(store.reported).toEqual([expect.stringContaining('fewer bytes')])
  })

  it('that is not there cannot be read', async () => {
    const { objects, client } = await aStore()
    expect(await objects.stream(Bucket, 'a')).toBeUndefined()
    expect(await objects.stream('other', 'a')).toBeUndefined()
    expect(await failure(client.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe('404 NoSuchKey')
  })
})
