import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CompletedPart, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { aStore, Bucket, failure, outcome } from './a-store.ts'
import { BIG, Key, SMALL, sha256, storeForUploads, twoParts, uploads } from './an-upload.ts'

describe('a completion', () => {
  it('takes the parts it names and drops the others', async () => {
    const { create, part, complete, read, filesIn } = await storeForUploads()
    const id = await create()
    const [kept] = [await part(id, 2, SMALL), await part(id, 1, BIG), await part(id, 7, BIG)]
    await complete(id, [kept])
    expect(await read()).toBe('the end')
    expect(filesIn('data')).toHaveLength(1)
  })

  it.each<[what: string, change: (parts: CompletedPart[]) => CompletedPart[], refusal: string]>([
    ['in the wrong order', (parts) => parts.toReversed(), '400 InvalidPartOrder'],
    ['naming a part twice', ([first = {}]) => [first, first], '400 InvalidPartOrder'],
    ['naming a part that is not there', (parts) => [...parts, { ...parts[1], PartNumber: 3 }], '400 InvalidPart'],
    ['with another ETag', ([first, second]) => [{ ...first, ETag: '"0"' }, { ...second }], '400 InvalidPart'],
    [
      'with another checksum',
      ([first, second]) => [{ ...first, ChecksumSHA256: second?.ChecksumSHA256 }, { ...second }],
      '400 InvalidPart',
    ],
    [
      'without the checksums',
      (parts) => parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
      '400 InvalidRequest',
    ],
    ['of no parts', () => [], '400 MalformedXML'],
  ])('%s is refused, and the upload stays open', async (_what, change, refusal) => {
    const it = await storeForUploads()
    const { id, parts } = await twoParts(it)
    expect(await failure(it.complete(id, change(parts)))).toBe(refusal)
    await it.complete(id, parts)
  })

  it('of small parts before the last is refused', async () => {
    const { create, part, complete } = await storeForUploads()
    const id = await create()
    const parts = [await part(id, 1, SMALL), await part(id, 2, SMALL)]
    expect(await failure(complete(id, parts))).toBe('400 EntityTooSmall')
  })

  it('with If-None-Match does not replace, and keeps the upload', async () => {
    const { client, create, part, complete, abort, read } = await storeForUploads()
    const id = await create()
    const sent = await part(id, 1, SMALL)
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'was first' }))
    expect(await failure(complete(id, [sent], { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed')
    expect(await read()).toBe('was first')
    await abort(id)
  })

  it('is held to the checksum that it claims', async () => {
    const it = await storeForUploads()
    const { id, parts } = await twoParts(it)
    const right = `${sha256(sha256(BIG), sha256(SMALL)).toString('base64')}-2`
    expect(await failure(it.complete(id, parts, { ChecksumSHA256: `${right.slice(0, -1)}3` }))).toBe('400 BadDigest')
    expect(await failure(it.complete(id, parts, { ChecksumType: 'FULL_OBJECT' }))).toBe('400 BadDigest')
    expect(await failure(it.complete(id, parts, { ChecksumCRC32: 'AAAAAA==' }))).toBe('400 BadDigest')
    await it.complete(id, parts, { ChecksumSHA256: right, ChecksumType: 'COMPOSITE' })
  })

  it('happens once: the second finds no upload, and of two at once one wins', async () => {
    const it = await storeForUploads()
    const { id, parts } = await twoParts(it)
    const both = await Promise.all([failure(it.complete(id, parts)), failure(it.complete(id, parts))])
    expect(both.sort()).toEqual(['404 NoSuchUpload', 'it was answered'])
    expect(await failure(it.complete(id, parts))).toBe('404 NoSuchUpload')
    expect(await failure(it.abort(id))).toBe('404 NoSuchUpload')
    expect(await it.read({ Range: 'bytes=-3' })).toBe('end')
  })

  it.each([
    ['nothing', ''],
    ['another document', '<Delete></Delete>'],
    ['text between the parts', '<CompleteMultipartUpload>x</CompleteMultipartUpload>'],
    ['a part without ETag', '<Part><PartNumber>1</PartNumber></Part>'],
    ['a part without number', '<Part><ETag>x</ETag></Part>'],
    ['an element nobody knows', '<Part><PartNumber>1</PartNumber><ETag>x</ETag><Size>1</Size></Part>'],
    ['an element within a text', '<Part><PartNumber>1</PartNumber><ETag><b>x</b></ETag></Part>'],
    ['an open element', '<Part><PartNumber>1</PartNumber><ETag>x</Part>'],
    ['an entity nobody knows', '<Part><PartNumber>1</PartNumber><ETag>&x;</ETag></Part>'],
  ])('that is %s is MalformedXML', async (_what, content) => {
    const { create, presign } = await storeForUploads()
    const url = await presign({ method: 'POST', key: Key, query: { uploadId: await create() } })
    const body = content.startsWith('<Part>')
      ? `<CompleteMultipartUpload>${content}</CompleteMultipartUpload>`
      : content
    expect(await outcome(await fetch(url, { method: 'POST', body }))).toBe('400 MalformedXML')
  })
})

describe('after a restart', () => {
  it('an open upload goes on where it was', async () => {
    const before = await storeForUploads()
    const id = await before.create({ ContentType: 'video/mp4' })
    const first = await before.part(id, 1, BIG)
    const store = await aStore({ folder: before.folder })
    const after = uploads(store)
    expect((await after.listParts(id)).Parts).toMatchObject([{ PartNumber: 1, Size: BIG.length }])
    await after.complete(id, [first, await after.part(id, 2, SMALL)])
    const head = await store.client.send(new HeadObjectCommand({ Bucket, Key }))
    expect(head).toMatchObject({ ContentType: 'video/mp4', ContentLength: BIG.length + SMALL.length })
  })

  it('a part whose record was cut short by a kill was never sent', async () => {
    const before = await storeForUploads()
    const id = await before.create()
    await before.part(id, 1, SMALL)
    appendFileSync(join(before.folder, Bucket, 'uploads', `${id}.jsonl`), '\n{"number":2,"et')
    appendFileSync(join(before.folder, Bucket, 'uploads', 'torn.jsonl'), '\n{"key":')
    appendFileSync(join(before.folder, Bucket, 'data', 'of part 2'), 'half')
    const store = await aStore({ folder: before.folder })
    const after = uploads(store)
    expect((await after.listParts(id)).Parts).toHaveLength(1)
    expect([store.filesIn('data').length, store.filesIn('uploads').length]).toEqual([1, 1])
    await after.part(id, 2, SMALL)
    const again = uploads(await aStore({ folder: before.folder }))
    expect((await again.listParts(id)).Parts).toHaveLength(2)
  })

  it('an upload whose completion was cut after the object was there is over', async () => {
    const before = await storeForUploads()
    const { id, parts } = await twoParts(before)
    await before.part(id, 3, BIG)
    const journal = join(before.folder, Bucket, 'uploads', `${id}.jsonl`)
    const content = readFileSync(journal)
    await before.complete(id, parts)
    writeFileSync(journal, content)
    const store = await aStore({ folder: before.folder })
    expect(await failure(uploads(store).abort(id))).toBe('404 NoSuchUpload')
    expect(store.filesIn('data')).toHaveLength(2)
    expect(await uploads(store).read({ Range: 'bytes=-3' })).toBe('end')
  })
})
