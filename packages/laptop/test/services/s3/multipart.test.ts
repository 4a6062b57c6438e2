import {
  AbortMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../model.ts'
import { allow } from '../../door/test-door.ts'
import { aStore, Bucket, failure, LIST, outcome } from './a-store.ts'
import { BIG, Key, SMALL, sha256, storeForUploads, twoParts, uploads } from './an-upload.ts'

describe('a multipart upload', () => {
  it('becomes one object, with a checksum of its checksums and the headers of its start', async () => {
    const { client, create, part, complete, read, filesIn } = await storeForUploads()
    const id = await create({ ContentType: 'video/mp4', Metadata: { made: 'by-test' } })
    const parts = [await part(id, 3, SMALL), await part(id, 1, BIG), await part(id, 2, BIG)]
    const [last, first, second] = parts
    const checksum = `${sha256(sha256(BIG), sha256(BIG), sha256(SMALL)).toString('base64')}-3`
    const completed = await complete(id, [first ?? {}, second ?? {}, last ?? {}])
    expect(completed).toMatchObject({ Bucket, Key, ChecksumSHA256: checksum, ChecksumType: 'COMPOSITE' })
    expect(completed.ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
    expect(completed.Location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/docs\/o\/big$/)
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(head).toMatchObject({
      ContentLength: 2 * BIG.length + SMALL.length,
      ContentType: 'video/mp4',
      Metadata: { made: 'by-test' },
      ETag: completed.ETag,
      ChecksumSHA256: checksum,
      ChecksumType: 'COMPOSITE',
    })
    expect(await read()).toBe(BIG.toString() + BIG.toString() + SMALL.toString())
    // The completion has copied nothing.
    expect(filesIn('data')).toHaveLength(3)
    expect(filesIn('uploads')).toEqual([])
  })

  it('gives ranges across its parts', async () => {
    const it = await storeForUploads()
    const { id, parts } = await twoParts(it)
    await it.complete(id, parts)
    expect(await it.read({ Range: `bytes=${BIG.length - 2}-${BIG.length + 2}` })).toBe('aathe')
    expect(await it.read({ Range: 'bytes=-3' })).toBe('end')
    expect(await it.read({ Range: `bytes=${BIG.length}-` })).toBe('the end')
  })

  it('may have other checksums, or none', async () => {
    const { create, part, complete, listParts } = await storeForUploads()
    const crc = await create({ ChecksumAlgorithm: 'CRC32' })
    await part(crc, 1, SMALL, { ChecksumSHA256: undefined, ChecksumAlgorithm: 'CRC32' })
    const listed = await listParts(crc)
    expect(listed).toMatchObject({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'COMPOSITE' })
    const { ETag, ChecksumCRC32 } = listed.Parts?.[0] ?? {}
    expect(await failure(complete(crc, [{ PartNumber: 1, ETag }]))).toBe('400 InvalidRequest')
    expect((await complete(crc, [{ PartNumber: 1, ETag, ChecksumCRC32 }])).ChecksumCRC32).toMatch(/^.{6}==-1$/)
    const plain = await create({ ChecksumAlgorithm: undefined })
    const only = await part(plain, 1, SMALL)
    expect((await complete(plain, [{ PartNumber: 1, ETag: only.ETag }])).ChecksumSHA256).toBeUndefined()
  })

  it.each<[what: string, input: object, refusal: string]>([
    ['a whole-object SHA-256', { ChecksumType: 'FULL_OBJECT' }, '400 InvalidRequest'],
    ['a whole-object CRC', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }, '501 NotImplemented'],
    ['a checksum unknown here', { ChecksumAlgorithm: 'CRC64NVME' }, '501 NotImplemented'],
    ['a type of no checksum', { ChecksumAlgorithm: undefined, ChecksumType: 'COMPOSITE' }, '400 InvalidRequest'],
  ])('with %s is refused', async (_what, input, refusal) => {
    const { create } = await storeForUploads()
    expect(await failure(create(input))).toBe(refusal)
  })

  it('that was aborted is gone with its parts', async () => {
    const { create, part, abort, listParts, complete, filesIn } = await storeForUploads()
    const id = await create()
    const sent = await part(id, 1, SMALL)
    await abort(id)
    for (const late of [abort(id), listParts(id), complete(id, [sent]), part(id, 2, SMALL)]) {
      expect(await failure(late)).toBe('404 NoSuchUpload')
    }
    expect([filesIn('data'), filesIn('uploads')]).toEqual([[], []])
  })

  it('is of one key: no other key knows it', async () => {
    const { client, create } = await storeForUploads()
    const UploadId = await create()
    const other = { Bucket, Key: 'other', UploadId }
    expect(await failure(client.send(new ListPartsCommand(other)))).toBe('404 NoSuchUpload')
    expect(await failure(client.send(new AbortMultipartUploadCommand(other)))).toBe('404 NoSuchUpload')
    const part = new UploadPartCommand({ ...other, PartNumber: 1, Body: SMALL })
    expect(await failure(client.send(part))).toBe('404 NoSuchUpload')
  })

  it('needs no grant but s3:PutObject, and its own for listing and aborting', async () => {
    const only = async (...grants: JsonObject[]) => uploads(await aStore({ grants }))
    const writer = await only(allow('s3:PutObject', `arn:aws:s3:::${Bucket}/*`), LIST)
    const id = await writer.create()
    const sent = await writer.part(id, 1, SMALL)
    expect(await failure(writer.listParts(id))).toBe('403 AccessDenied')
    expect(await failure(writer.abort(id))).toBe('403 AccessDenied')
    await writer.complete(id, [sent])
    const reader = await only(allow(['s3:GetObject', 's3:ListMultipartUploadParts'], `arn:aws:s3:::${Bucket}/*`))
    expect(await failure(reader.create())).toBe('403 AccessDenied')
  })
})

describe('a part', () => {
  it('is held to its checksum, and to the kind that the upload was started with', async () => {
    const { create, part, filesIn } = await storeForUploads()
    const id = await create()
    const wrong = { ChecksumSHA256: sha256(BIG).toString('base64') }
    expect(await failure(part(id, 1, SMALL, wrong))).toBe('400 BadDigest')
    expect(await failure(part(id, 1, SMALL, { ChecksumSHA256: 'bad' }))).toBe('400 InvalidRequest')
    const otherKind = { ChecksumSHA256: undefined, ChecksumAlgorithm: 'CRC32' }
    expect(await failure(part(id, 1, SMALL, otherKind))).toBe('400 InvalidRequest')
    expect(filesIn('data')).toEqual([])
  })

  it('replaces the one of the same number', async () => {
    const { create, part, complete, listParts, read, filesIn } = await storeForUploads()
    const id = await create()
    const before = await part(id, 1, Buffer.from('first'))
    const after = await part(id, 1, Buffer.from('second'))
    expect((await listParts(id)).Parts).toHaveLength(1)
    expect(filesIn('data')).toHaveLength(1)
    expect(await failure(complete(id, [before]))).toBe('400 InvalidPart')
    await complete(id, [after])
    expect(await read()).toBe('second')
  })

  it.each(['0', '10001', '-1', 'x', '1.5', ''])('of number %j is refused', async (partNumber) => {
    const { create, presign } = await storeForUploads()
    const query = { partNumber, uploadId: await create() }
    const url = await presign({ method: 'PUT', key: Key, query })
    expect(await outcome(await fetch(url, { method: 'PUT', body: 'x' }))).toBe('400 InvalidArgument')
  })
})

describe('a list', () => {
  it('of parts is in pages, with sizes and checksums', async () => {
    const { create, part, listParts } = await storeForUploads()
    const id = await create()
    for (const number of [3, 1, 10_000]) await part(id, number, SMALL)
    const page = await listParts(id, { MaxParts: 2 })
    expect(page).toMatchObject({
      IsTruncated: true,
      MaxParts: 2,
      NextPartNumberMarker: '3',
      ChecksumAlgorithm: 'SHA256',
    })
    expect(page.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 3])
    const rest = await listParts(id, { MaxParts: 2, PartNumberMarker: page.NextPartNumberMarker })
    const ChecksumSHA256 = sha256(SMALL).toString('base64')
    expect(rest).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 10_000, Size: 7, ChecksumSHA256 }] })
  })

  it('of open uploads is by key, then by age, in pages and by prefix', async () => {
    let time = Date.parse('2026-11-21T12:00:00Z')
    const store = await aStore({ now: () => time++ })
    const { create } = uploads(store)
    const ids = [await create({ Key: 'b' }), await create({ Key: 'a' }), await create({ Key: 'b' })]
    const list = async (more: object = {}) => store.client.send(new ListMultipartUploadsCommand({ Bucket, ...more }))
    const all = await list()
    expect(all.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([
      ['a', ids[1]],
      ['b', ids[0]],
      ['b', ids[2]],
    ])
    expect(all.Uploads?.[1]?.Initiated?.toISOString()).toMatch(/^2026-11-21T12:00:00/)
    const page = await list({ MaxUploads: 2 })
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'b', NextUploadIdMarker: ids[0] })
    const rest = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker })
    expect(rest.Uploads?.map(({ UploadId }) => UploadId)).toEqual([ids[2]])
    expect((await list({ KeyMarker: 'a' })).Uploads).toHaveLength(2)
    expect((await list({ Prefix: 'a' })).Uploads).toHaveLength(1)
  })
})
