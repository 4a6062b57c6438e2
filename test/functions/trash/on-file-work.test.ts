import { describe, expect, it } from 'vitest'
import { MIB, type Upload } from '../../../functions/contents/upload.ts'
import { dropReference } from '../../../functions/contents/upload-store.ts'
import { table } from '../../../functions/data/table.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { begun, treeIn, uploadsIn, usedBy, withFile } from '../../helpers/files.ts'
import { sumOf } from '../../helpers/sum-of.ts'
import { deliver, usingTrigger } from '../../helpers/triggers.ts'

const { database, cloud, handler } = usingTrigger(() => import('../../../functions/trash/on-file-work.ts'))
const tell = (...bodies: unknown[]) => deliver(handler(), ...bodies)
const find = ({ id }: { id: string }) => uploadsIn(database()).find(id)
const store = (id: string) => cloud().s3.stored.set(id, { size: 10, sum: '', at: NOW })

async function sent(...sizes: number[]): Promise<Upload> {
  const uploadId = `upload ${anId()}`
  cloud().s3.uploads.set(
    uploadId,
    sizes.map((size, at) => ({ number: at + 1, size: size * MIB, sha256: sumOf(`${at}`) })),
  )
  return begun(database(), { size: 40 * MIB, partSize: 16 * MIB, uploadId })
}
const putTogether = ({ id }: Upload) => ({ kind: 'put-together', object: id })

describe('parts', () => {
  it('are put together and become a file, with the composite sum that S3 tells', async () => {
    const upload = await sent(16, 16, 8)
    expect(await tell(putTogether(upload))).toEqual([])
    const listed = { id: upload.node, size: 40 * MIB, sum: expect.stringMatching(/-3$/), partSize: 16 * MIB }
    expect(await treeIn(database()).child(upload.folder, upload.name)).toMatchObject(listed)
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 40 * MIB, open: 0 })
  })

  it('that many workers put together at once become one file', async () => {
    const upload = await sent(16, 16, 8)
    await inParallel(8, () => tell(putTogether(upload)))
    expect(await tell(putTogether(upload))).toEqual([])
    expect(await treeIn(database()).child(upload.folder, upload.name)).toMatchObject({ version: 1, v: 1 })
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 40 * MIB, open: 0 })
  })

  it('with a gap wait for their client', async () => {
    const upload = await sent(16, 16)
    expect(await tell(putTogether(upload))).toEqual([])
    expect(cloud().calls).not.toContain('s3:CompleteMultipartUpload')
    expect(await find(upload)).toEqual(upload)
  })

  it('stay where S3 fails after minutes with a 200, and the message comes again', async () => {
    const upload = await sent(16, 16, 8)
    cloud().fail('s3:CompleteMultipartUpload', 'belated', 'belated', 'belated')
    expect(await tell(putTogether(upload))).toEqual([0])
    expect(await find(upload)).toEqual(upload)
    expect(await tell(putTogether(upload))).toEqual([])
    expect((await find(upload))?.state).toBe('ready')
  })

  it('that were put together by one who died before saying so are found', async () => {
    const upload = await sent(16, 16, 8)
    cloud().fail('s3:HeadObject', 'broken', 'broken', 'broken')
    expect(await tell(putTogether(upload))).toEqual([0])
    expect(cloud().s3.uploads.has(upload.uploadId ?? '')).toBe(false)
    expect(await tell(putTogether(upload))).toEqual([])
    expect((await find(upload))?.state).toBe('ready')
  })

  it('that S3 gave up, with no object there, are given up here, and their room is free', async () => {
    const upload = await sent(16)
    cloud().s3.uploads.delete(upload.uploadId ?? '')
    expect(await tell(putTogether(upload))).toEqual([])
    expect(await find(upload)).toMatchObject({ state: 'dead', why: 'expired' })
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
  })

  it('that another puts together right now are left to that one', async () => {
    const upload = await sent(16, 16, 8)
    cloud().justBefore('s3:CompleteMultipartUpload', async () => cloud().s3.uploads.delete(upload.uploadId ?? ''))
    expect(await tell(putTogether(upload))).toEqual([])
    expect(await find(upload)).toEqual(upload)
  })

  it('of an upload that ended meanwhile are not put together', async () => {
    const upload = await sent(16, 16, 8)
    await uploadsIn(database()).giveUp(upload, 'ended', NOW)
    expect(await tell(putTogether(upload), { kind: 'discard', object: upload.id })).toEqual([])
    expect(cloud().calls).not.toContain('s3:CompleteMultipartUpload')
    expect(cloud().s3.uploads.has(upload.uploadId ?? '')).toBe(false)
  })
})

describe('what is to be thrown away', () => {
  it('is, when its upload is dead, and not when it is anything else', async () => {
    const [dead, pending] = [await begun(database()), await begun(database())]
    await uploadsIn(database()).giveUp(dead, 'ended', NOW)
    const { object } = await withFile(database(), { owner: anId() })
    for (const id of [dead.id, pending.id, object]) store(id)
    await tell(...[dead.id, pending.id, object].map((id) => ({ kind: 'discard', object: id })))
    expect([dead.id, pending.id, object].map((id) => cloud().s3.stored.has(id))).toEqual([false, true, true])
  })
})

describe('a content', () => {
  async function content(holders: 0 | 1) {
    const file = await withFile(database(), { owner: anId() })
    if (holders === 0) await table(database().db, TABLES.files).transact([dropReference(TABLES.files, file.object)])
    store(file.object)
    return { id: file.object, owner: file.changedBy, message: { kind: 'release', object: file.object } }
  }

  it('that nobody holds is freed once, and its object removed, however often and by how many', async () => {
    const { id, owner, message } = await content(0)
    await withFile(database(), { owner, size: 3 })
    await inParallel(16, () => tell(message))
    expect(await tell(message, message)).toEqual([])
    expect(await find({ id })).toMatchObject({ state: 'dead', why: 'released' })
    expect(cloud().s3.stored.has(id)).toBe(false)
    expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 0 })
  })

  it('that somebody holds is kept, whatever the message says', async () => {
    const { id, owner, message } = await content(1)
    expect(await tell(message)).toEqual([])
    expect(await find({ id })).toMatchObject({ state: 'ready', refs: 1 })
    expect(cloud().s3.stored.has(id)).toBe(true)
    expect(await usedBy(database(), owner)).toEqual({ used: 10, open: 0 })
  })

  it('whose object is not removed comes again, and is freed once', async () => {
    const { id, owner, message } = await content(0)
    cloud().fail('s3:DeleteObject', 'broken', 'broken', 'broken')
    expect(await tell(message)).toEqual([0])
    expect(await tell(message)).toEqual([])
    expect(cloud().s3.stored.has(id)).toBe(false)
    expect(await usedBy(database(), owner)).toEqual({ used: 0, open: 0 })
  })
})

it('work on what is unknown leaves the queue; what is no work ends among the dead letters', async () => {
  const unknown = ['put-together', 'discard', 'release'].map((kind) => ({ kind, object: anId() }))
  expect(await tell(...unknown, { kind: 'other', object: 'x' }, '{')).toEqual([3, 4])
})
