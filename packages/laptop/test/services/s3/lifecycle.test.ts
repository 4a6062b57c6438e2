import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../../../model.ts'
import { openObjectStore } from '../../../services/s3.ts'
import { resource } from '../../door/test-door.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { aStore, Bucket, failure, type Store } from './a-store.ts'

const DAY = 24 * 3600 * 1000
const START = Date.parse('2026-11-21T12:00:00Z')
const VERSIONED: JsonObject = {
  VersioningConfiguration: { Status: 'Enabled' },
  LifecycleConfiguration: {
    Rules: [
      { Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 7 } },
      { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
      { Status: 'Disabled', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    ],
  },
}

const started = (at = START, folder = temporaryFolder(), properties = VERSIONED) =>
  aStore({ properties, folder, now: () => at })

const put = ({ client }: Store, Body: string) => client.send(new PutObjectCommand({ Bucket, Key: 'a', Body }))
const remove = ({ client }: Store) => client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
const get = ({ client }: Store) => client.send(new GetObjectCommand({ Bucket, Key: 'a' }))

describe('a bucket with versions', () => {
  it('names the version of what it stores', async () => {
    const store = await started()
    const { VersionId } = await put(store, 'first')
    expect(VersionId).toMatch(/^[\w-]{32}$/)
    expect((await get(store)).VersionId).toBe(VersionId)
    expect((await put(store, 'second')).VersionId).not.toBe(VersionId)
    const plain = await aStore()
    expect((await put(plain, 'first')).VersionId).toBeUndefined()
  })

  it('keeps what is deleted or replaced until its lifecycle removes it', async () => {
    const store = await started()
    await put(store, 'first')
    await put(store, 'second')
    expect(await remove(store)).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) })
    expect(await failure(get(store))).toBe('404 NoSuchKey')
    expect([store.filesIn('data').length, store.filesIn('noncurrent').length]).toEqual([2, 2])
    const before = await started(START + 7 * DAY - 1, store.folder)
    expect(before.filesIn('data')).toHaveLength(2)
    const after = await started(START + 7 * DAY, store.folder)
    expect([after.filesIn('data'), after.filesIn('noncurrent')]).toEqual([[], []])
  })

  it('never removes what is current', async () => {
    const store = await started()
    await put(store, 'first')
    await put(store, 'second')
    const after = await started(START + 365 * DAY, store.folder)
    expect(await (await get(after)).Body?.transformToString()).toBe('second')
    expect(after.filesIn('data')).toHaveLength(1)
  })

  it('keeps one record of a version whose replacement was cut by a kill', async () => {
    const store = await started()
    await put(store, 'first')
    const [name = ''] = store.filesIn('records')
    const record = readFileSync(join(store.folder, Bucket, 'records', name))
    const noncurrent = (file: string) => join(store.folder, Bucket, 'noncurrent', file)
    writeFileSync(noncurrent(`${START}-whole.json`), record)
    writeFileSync(noncurrent(`${START}-torn.json`), record.subarray(0, 20))
    const after = await started(START + 7 * DAY, store.folder)
    expect(after.filesIn('noncurrent')).toEqual([])
    expect(await (await get(after)).Body?.transformToString()).toBe('first')
  })

  it('marks also what was not there as deleted', async () => {
    const store = await started()
    expect((await remove(store)).DeleteMarker).toBe(true)
    expect((await remove(await aStore())).DeleteMarker).toBeUndefined()
  })
})

describe('a lifecycle', () => {
  afterEach(() => void vi.useRealTimers())

  it('aborts uploads that nobody completed', async () => {
    const store = await started()
    const upload = { Bucket, Key: 'a' }
    const { UploadId } = await store.client.send(new CreateMultipartUploadCommand(upload))
    await store.client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'x' }))
    const open = async ({ client }: Store) =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0
    expect(await open(await started(START + 2 * DAY - 1, store.folder))).toBe(1)
    const after = await started(START + 2 * DAY, store.folder)
    expect([await open(after), after.filesIn('data'), after.filesIn('uploads')]).toEqual([0, [], []])
  })

  it('is applied every hour', async () => {
    const folder = temporaryFolder()
    const first = await started(START, folder)
    await put(first, 'first')
    await remove(first)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let time = START + 7 * DAY - 1
    const buckets = [resource('AWS::S3::Bucket', Bucket, VERSIONED)]
    const nothing = async () => {}
    const objects = await openObjectStore({ buckets, folder, onCreated: nothing, report: () => {}, now: () => time })
    const noncurrent = () => readdirSync(join(folder, Bucket, 'noncurrent'))
    expect(noncurrent()).toHaveLength(1)
    time += 1
    vi.advanceTimersByTime(3600 * 1000)
    await objects.stop()
    expect(noncurrent()).toEqual([])
  })

  it.each<[what: string, properties: JsonObject, where: string]>([
    ['a rule', { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] } }, 'ExpirationInDays'],
    [
      'part of a rule',
      {
        LifecycleConfiguration: {
          Rules: [
            { Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } },
          ],
        },
      },
      'NewerNoncurrentVersions',
    ],
    ['suspended versions', { VersioningConfiguration: { Status: 'Suspended' } }, 'VersioningConfiguration.Status'],
    ['another receiver', { NotificationConfiguration: { QueueConfigurations: [] } }, 'NotificationConfiguration'],
  ])('with %s that is not understood is refused at the start', async (_what, properties, where) => {
    const buckets = [resource('AWS::S3::Bucket', Bucket, properties)]
    const options = { buckets, folder: temporaryFolder(), onCreated: async () => {}, report: () => {} }
    await expect(openObjectStore(options)).rejects.toThrow(where)
  })
})
