import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Upload } from '../../../functions/contents/upload.ts'
import { dropReference } from '../../../functions/contents/upload-store.ts'
import { table } from '../../../functions/data/table.ts'
import { listedItem } from '../../../functions/files/tree-store.ts'
import { versionItem } from '../../../functions/files/version-store.ts'
import { anId, DAY, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { begun, LIMITS, treeIn, uploadsIn, usageIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { deleteRaw, putManyRaw, putRaw, rawItem } from '../../helpers/raw-items.ts'
import { clockAt } from '../../helpers/routes.ts'
import { usingTrigger } from '../../helpers/triggers.ts'

const { database, cloud, handler, logged } = usingTrigger(() => import('../../../functions/system/on-hour.ts'))
const LATER = NOW + 900
const HOUR = 3600

beforeEach(async () => {
  cloud().s3.stored.clear()
  cloud().s3.uploads.clear()
  const { Items = [] } = await database().db.send(new ScanCommand({ TableName: TABLES.files }))
  for (const { pk, sk } of Items) await deleteRaw(database(), TABLES.files, pk?.S ?? '', sk?.S ?? '')
  clockAt(LATER)
})

const find = ({ id }: { id: string }) => uploadsIn(database()).find(id)
const arrive = ({ id, size, sum = '' }: Upload, at = NOW) => cloud().s3.stored.set(id, { size, sum, at })
const store = (id: string, at = NOW) => cloud().s3.stored.set(id, { size: 10, sum: '', at })
/** What was done, without how much was looked at. */
async function sweep() {
  const { looked: _, through, ...done } = await handler()()
  expect(through).toBe(true)
  return done
}
async function aFile(where: Omit<Parameters<typeof withFile>[1], 'owner'> = {}, owner = anId()) {
  const file = await withFile(database(), { owner, ...where })
  store(file.object)
  return { owner, file, upload: (await find({ id: file.object }))! }
}

describe('an upload', () => {
  it('whose object is there becomes a file, even when its time is over', async () => {
    const upload = await begun(database())
    arrive(upload)
    clockAt(NOW + 30 * DAY)
    expect(await sweep()).toEqual({ promoted: 1 })
    expect(await treeIn(database()).child(upload.folder, upload.name)).toMatchObject({ id: upload.node })
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 0 })
    expect(await sweep()).toEqual({})
  })

  it.each([
    ['one PUT', {}, 2 * HOUR],
    ['parts', { uploadId: 'of S3' }, DAY],
  ])('by %s without an object is given up when its time is over, and not before', async (_, changes, life) => {
    const upload = await begun(database(), changes)
    cloud().s3.uploads.set('of S3', [])
    clockAt(NOW + life - 1)
    expect(await sweep()).toEqual({})
    expect((await find(upload))?.state).toBe('pending')
    clockAt(NOW + life)
    expect(await sweep()).toEqual({ expired: 1 })
    expect(await find(upload)).toMatchObject({ state: 'dead', why: 'expired' })
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
    expect(cloud().s3.uploads.has('of S3')).toBe(!('uploadId' in changes))
  })

  it('by parts is given up a day after the newest of them came, whichever that is', async () => {
    const upload = await begun(database(), { uploadId: 'of S3', size: 40, partSize: 16 })
    const part = (number: number, at: number) => ({ number, size: 16, sha256: 'sum', at })
    cloud().s3.uploads.set('of S3', [part(1, NOW + 10), part(2, NOW + 50), part(3, NOW + 30)])
    cloud().s3.state.pageSize = 2
    clockAt(NOW + 50 + DAY - 1)
    expect(await sweep()).toEqual({})
    expect((await find(upload))?.state).toBe('pending')
    clockAt(NOW + 50 + DAY)
    expect(await sweep()).toEqual({ expired: 1 })
    cloud().s3.state.pageSize = 1000
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
  })

  it('whose parts are all there is put together when its time is over, and keeps them', async () => {
    const upload = await begun(database(), { uploadId: 'of S3', size: 40, partSize: 16 })
    const parts = [16, 16, 8].map((size, at) => ({ number: at + 1, size, sha256: 'sum', at: NOW }))
    cloud().s3.uploads.set('of S3', parts)
    clockAt(NOW + DAY - 1)
    expect(await sweep()).toEqual({})
    clockAt(NOW + DAY)
    await sweep()
    expect(cloud().messages).toEqual([{ kind: 'put-together', object: upload.id }])
    expect((await find(upload))?.state).toBe('pending')
    expect(cloud().s3.uploads.get('of S3')).toEqual(parts)
  })

  it('by parts that S3 gave up is given up a day after it began', async () => {
    await begun(database(), { uploadId: 'of S3', size: 40, partSize: 16 })
    clockAt(NOW + DAY - 1)
    expect(await sweep()).toEqual({})
    clockAt(NOW + DAY)
    expect(await sweep()).toEqual({ expired: 1 })
  })

  it('that is younger than a quarter of an hour is left to itself', async () => {
    arrive(await begun(database()))
    clockAt(LATER - 1)
    expect(await sweep()).toEqual({})
    expect(cloud().calls).not.toContain('s3:HeadObject')
  })

  it('that is dead is forgotten after a day, with whatever arrived for it', async () => {
    const upload = await begun(database())
    await uploadsIn(database()).giveUp(upload, 'ended', NOW)
    clockAt(NOW + DAY - 1)
    expect(await sweep()).toEqual({})
    arrive(upload, NOW + DAY)
    clockAt(NOW + DAY)
    expect(await sweep()).toEqual({ forgotten: 1 })
    expect(await find(upload)).toBeUndefined()
    expect(cloud().s3.stored.size).toBe(0)
  })
})

describe('room', () => {
  it('that was taken by one who died before writing what for is free again, after a while', async () => {
    const owner = anId()
    await usageIn(database()).reserve(owner, { id: anId(), size: 5, at: NOW }, LIMITS)
    clockAt(LATER - 1)
    expect(await sweep()).toEqual({})
    clockAt(LATER)
    expect(await sweep()).toEqual({ slotsClosed: 1 })
    expect(await usedBy(database(), owner)).toEqual({ used: 0, open: 0 })
  })

  it('of an upload that is ready or dead, whose end was not counted, is settled or given back', async () => {
    for (const state of ['ready', 'dead'] as const) {
      const upload = await begun(database(), { state, refs: state === 'ready' ? 1 : 0, diedAt: NOW })
      if (state === 'ready') arrive(upload)
      expect(await sweep()).toEqual({ slotsClosed: 1 })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: state === 'ready' ? 10 : 0, open: 0 })
    }
  })

  it.each(['released', 'lost'] as const)(
    'of a file that was %s before its end was counted is free once',
    async (why) => {
      const owner = anId()
      await aFile({ size: 3 }, owner)
      const upload = await begun(database(), { owner, state: 'ready', refs: why === 'lost' ? 1 : 0 })
      if (why === 'lost') await uploadsIn(database()).lose(upload, LATER)
      else await uploadsIn(database()).free(upload, why, LATER)
      expect(await sweep()).toEqual({ slotsClosed: 1 })
      expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 0 })
    },
  )

  it('of an upload that is open stays taken', async () => {
    const upload = await begun(database())
    expect(await sweep()).toEqual({})
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 1 })
  })

  it('of a content that nobody holds is free once, and its object gone', async () => {
    const { owner, upload } = await aFile()
    await deleteRaw(database(), TABLES.files, `F#${owner}`, `n#${upload.name}`)
    await table(database().db, TABLES.files).transact([dropReference(TABLES.files, upload.id)])
    expect(await sweep()).toEqual({ released: 1 })
    expect(await sweep()).toEqual({})
    expect(cloud().s3.stored.size).toBe(0)
    expect(await usedBy(database(), owner)).toEqual({ used: 0, open: 0 })
  })
})

describe('a file whose object S3 lost', () => {
  it('is reported with its owner, its room is free, and it is listed no more', async () => {
    const { owner, file } = await aFile()
    cloud().s3.stored.clear()
    await aFile()
    clockAt(NOW + HOUR)
    expect(await sweep()).toMatchObject({ lost: 1 })
    expect(logged.join()).toContain(JSON.stringify({ lost: file.object, owner, file: file.id }))
    await sweep()
    expect(await treeIn(database()).find(file.id, owner)).toBeUndefined()
    expect(await rawItem(database(), TABLES.files, `N#${file.id}`, 'at')).toBeUndefined()
    expect(await usedBy(database(), owner)).toEqual({ used: 0, open: 0 })
  })

  it('has its newest old version again, when it has one', async () => {
    const { owner, file } = await aFile()
    const old = await withFile(database(), { owner, size: 3 })
    store(old.object)
    await deleteRaw(database(), TABLES.files, `F#${owner}`, `n#${old.name}`)
    await putRaw(database(), TABLES.files, versionItem({ ...old, id: file.id, version: 1 }))
    await putRaw(database(), TABLES.files, { ...listedItem(file), version: { N: '2' } })
    cloud().s3.stored.delete(file.object)
    clockAt(NOW + HOUR)
    await sweep()
    await sweep()
    const { listed } = (await treeIn(database()).find(file.id, owner))!
    expect(listed).toMatchObject({ object: old.object, size: 3, version: 3, v: 2 })
    expect(await rawItem(database(), TABLES.files, `N#${file.id}`, 'v#0000000001')).toBeUndefined()
    expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 0 })
  })

  it('as an old version is a version no more', async () => {
    const { file } = await aFile()
    await putRaw(database(), TABLES.files, versionItem({ ...file, object: anId(), version: 1 }))
    expect(await sweep()).toEqual({ filesRepaired: 1 })
    expect(await rawItem(database(), TABLES.files, `N#${file.id}`, 'v#0000000001')).toBeUndefined()
  })

  it('is one of many that are missing, or of more than are there: then none is given up, and the run fails', async () => {
    const { owner, file } = await aFile()
    cloud().s3.stored.clear()
    clockAt(NOW + HOUR)
    await expect(sweep()).rejects.toThrow('1 objects are missing and 0 are there')
    for (let count = 0; count < 21; count++) await aFile()
    for (let count = 0; count < 20; count++) await withFile(database(), { owner, size: 1 })
    // S3 is asked for each of them once a day.
    expect(await sweep()).toEqual({})
    clockAt(NOW + HOUR + DAY)
    await expect(sweep()).rejects.toThrow('21 objects are missing and 21 are there')
    expect(await treeIn(database()).find(file.id, owner)).toBeDefined()
  })
})

describe('the trash and what lies nowhere', () => {
  const trashed = (owner: string, id: string, at: number) => ({
    pk: { S: `T#${owner}` },
    sk: { S: `${at}#${id}` },
    id: { S: id },
    trashedAt: { N: String(at) },
  })

  it('is emptied of what is thirty days old, or was being emptied, and of nothing else', async () => {
    const owner = anId()
    await putManyRaw(database(), TABLES.files, [
      trashed(owner, 'old', LATER - 30 * DAY),
      trashed(owner, 'young', LATER - 30 * DAY + 1),
      { ...trashed(owner, 'going', LATER), purging: { N: '1' } },
    ])
    expect(await sweep()).toEqual({ purged: 2 })
    const message = (item: string) => ({ kind: 'purge', owner, item })
    expect(cloud().messages).toEqual(expect.arrayContaining([message('old'), message('going')]))
    expect(cloud().messages).toHaveLength(2)
  })

  it.each(['file', 'folder'])('is emptied of a %s whose folder is gone for good, and of no other', async (kind) => {
    const owner = anId()
    const folder = await withFolder(database(), { owner })
    const stays = await withFolder(database(), { owner })
    await withFolder(database(), { owner, into: stays })
    await aFile({ into: stays }, owner)
    await aFile({}, owner)
    const into = { owner, into: folder }
    const lost = kind === 'folder' ? await withFolder(database(), into) : (await aFile(into, owner)).file
    await deleteRaw(database(), TABLES.files, `N#${folder.id}`, 'at')
    clockAt(NOW + HOUR)
    expect(await sweep()).toEqual({ purged: 1 })
    expect(cloud().messages).toEqual([{ kind: 'purge', owner, item: lost.id }])
  })
})

describe('an object', () => {
  it('that is known to nobody, or whose upload is dead, is removed after an hour', async () => {
    const dead = await begun(database())
    await uploadsIn(database()).giveUp(dead, 'ended', NOW)
    const { upload } = await aFile()
    const pending = await begun(database(), { createdAt: NOW + HOUR })
    for (const id of [dead.id, pending.id, anId()]) store(id)
    clockAt(NOW + HOUR - 1)
    await sweep()
    expect(cloud().s3.stored.size).toBe(4)
    clockAt(NOW + HOUR)
    expect(await sweep()).toMatchObject({ objectsRemoved: 2 })
    expect([upload.id, pending.id].map((id) => cloud().s3.stored.has(id))).toEqual([true, true])
  })
})

describe('the sweep itself', () => {
  it('goes on with the others when one repair fails, says so, and mends it the next time', async () => {
    const uploads = await Promise.all([1, 2, 3].map(() => begun(database())))
    for (const upload of uploads) arrive(upload)
    cloud().fail('s3:HeadObject', 'broken', 'none', 'none', 'broken', 'broken')
    const first = await sweep()
    expect((first.failed ?? 0) + (first.promoted ?? 0)).toBe(3)
    await sweep()
    for (const upload of uploads) expect((await find(upload))?.state).toBe('ready')
  })

  it('counts a repair that fails, however often', async () => {
    await begun(database())
    cloud().fail('s3:HeadObject', 'broken', 'broken', 'broken')
    expect(await sweep()).toEqual({ failed: 1 })
    expect(logged.some((line) => line.includes('store_unavailable'))).toBe(true)
  })

  it('goes on where the last run broke off, and begins anew when it was through', async () => {
    const owner = anId()
    const many = Array.from({ length: 1200 }, () => ({ pk: { S: `X#${owner}` }, sk: { S: anId() } }))
    await putManyRaw(database(), TABLES.files, many)
    cloud().fail('dynamodb:Scan', 'none', 'none', 'broken', 'broken', 'broken')
    await expect(handler()()).rejects.toMatchObject({ code: 'store_unavailable' })
    const { looked } = await handler()()
    expect(looked).toBeLessThan(300)
    expect((await handler()()).looked).toBeGreaterThanOrEqual(1200)
  })

  it('goes through the bucket page by page', async () => {
    const strays = Array.from({ length: 5 }, () => anId())
    for (const id of strays) store(id, NOW - HOUR)
    cloud().s3.state.pageSize = 2
    expect(await sweep()).toEqual({ objectsRemoved: 5 })
    cloud().s3.state.pageSize = 1000
    expect(cloud().calls.filter((call) => call === 's3:ListObjectsV2')).toHaveLength(3)
  })

  it('ends in time, and leaves the rest to the next run', async () => {
    await begun(database())
    cloud().justBefore('dynamodb:Scan', async () => clockAt(LATER + 5 * 60))
    expect(await handler()()).toMatchObject({ through: false })
    expect(await handler()()).toMatchObject({ through: true, looked: 0 })
  })

  it('tells what it did in one line of the log', async () => {
    arrive(await begun(database()))
    const counts = await handler()()
    expect(logged).toContain(JSON.stringify({ sweep: counts }))
  })
})
