import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { aStore, Bucket, failure } from './a-store.ts'

const TELLING = { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }

describe('a bucket that tells EventBridge', () => {
  it('tells of every object that it stored, how it came, and in which order', async () => {
    const { client, created } = await aStore({
      properties: { ...TELLING, VersioningConfiguration: { Status: 'Enabled' } },
    })
    const put = await client.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'hello' }))
    const upload = { Bucket, Key: 'big' }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload))
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'hello' }))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    const completed = await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }))
    await client.send(new DeleteObjectCommand(upload))
    expect(created).toEqual([
      {
        bucket: Bucket,
        key: 'a b',
        size: 5,
        etag: put.ETag,
        versionId: put.VersionId,
        sequencer: expect.stringMatching(/^[0-9A-F]{16,}$/),
        reason: 'PutObject',
        requestId: put.$metadata.requestId,
        sourceIp: '127.0.0.1',
      },
      expect.objectContaining({
        key: 'big',
        etag: completed.ETag,
        versionId: completed.VersionId,
        reason: 'CompleteMultipartUpload',
      }),
    ])
    expect(Number(`0x${created[1]?.sequencer}`)).toBeGreaterThan(Number(`0x${created[0]?.sequencer}`))
  })

  it('tells before it answers, of what can be read already', async () => {
    const { promise: told, resolve: tell } = Promise.withResolvers<void>()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const onCreated = async () => {
      ask()
      await told
    }
    const { client, objects } = await aStore({ properties: TELLING, onCreated })
    let isAnswered = false
    const answer = client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' })).then(() => {
      isAnswered = true
    })
    await asked
    expect((await objects.read(Bucket, 'a'))?.body.toString()).toBe('hello')
    expect(isAnswered).toBe(false)
    tell()
    await answer
  })

  it('draws larger sequencers also from a clock that stands still or goes back', async () => {
    let time = Date.now() + 3600_000
    const { client, created } = await aStore({ properties: TELLING, now: () => time-- })
    for (const Body of ['1', '2', '3']) await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body }))
    const drawn = created.map(({ sequencer }) => sequencer)
    expect(drawn).toEqual(drawn.toSorted())
    expect(new Set(drawn).size).toBe(3)
  })

  it('tells nothing of a write that was refused', async () => {
    const { client, created } = await aStore({ properties: TELLING })
    const wrong = new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ChecksumCRC32: 'AAAAAA==' })
    expect(await failure(client.send(wrong))).toBe('400 BadDigest')
    expect(created).toEqual([])
  })
})

describe('what a kill kept from being told', () => {
  const noted = ({ folder }: { folder: string }) => readdirSync(join(folder, Bucket, 'untold'))
  const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' })

  it('is told at the next start, once', async () => {
    const never = new Promise<void>(() => {})
    const killed = await aStore({ properties: TELLING, onCreated: () => never })
    void killed.client.send(put).catch(() => {})
    await expect.poll(async () => (await killed.objects.read(Bucket, 'a'))?.size).toBe(5)
    const { created, folder } = await aStore({ properties: TELLING, folder: killed.folder })
    expect(created).toMatchObject([{ key: 'a', size: 5, reason: 'PutObject' }])
    await expect.poll(() => noted({ folder })).toEqual([])
    expect((await aStore({ properties: TELLING, folder })).created).toEqual([])
  })

  it('is nothing when the object itself was not stored', async () => {
    const killed = await aStore({ properties: TELLING, onCreated: () => new Promise(() => {}) })
    void killed.client.send(put).catch(() => {})
    await expect.poll(async () => (await killed.objects.read(Bucket, 'a'))?.size).toBe(5)
    for (const name of killed.filesIn('records')) rmSync(join(killed.folder, Bucket, 'records', name))
    const after = await aStore({ properties: TELLING, folder: killed.folder })
    expect([after.created, noted(after)]).toEqual([[], []])
  })
})

it('another bucket tells nothing', async () => {
  const { client, created } = await aStore()
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }))
  expect(created).toEqual([])
})
