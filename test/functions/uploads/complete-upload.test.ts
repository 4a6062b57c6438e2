import { beforeAll, describe, expect, it } from 'vitest'
import { MIB, type Upload } from '../../../functions/contents/upload.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { trashIn } from '../../helpers/file-history.ts'
import { begun, grant, treeIn, uploadsIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sumOf } from '../../helpers/sum-of.ts'

const route = usingRoute(() => import('../../../functions/uploads/complete-upload.ts'), 'dynamodb:GetItem')
const { database, cloud } = route

type Handler = ReturnType<typeof route.handler>
let handlers: { end: Handler; get: Handler; list: Handler; parts: Handler }
beforeAll(async () => {
  const { handler: end } = await import('../../../functions/uploads/end-upload.ts')
  const { handler: get } = await import('../../../functions/uploads/get-upload.ts')
  const { handler: list } = await import('../../../functions/uploads/list-uploads.ts')
  const { handler: parts } = await import('../../../functions/uploads/sign-parts.ts')
  handlers = { end, get, list, parts }
})

const complete = (caller: TestCaller, id: string) => caller.ask('POST', route.handler(), { path: { id } })
const end = (caller: TestCaller, id: string) => caller.ask('DELETE', handlers.end, { path: { id } })
const get = (caller: TestCaller, id: string, query = {}) => caller.ask('GET', handlers.get, { path: { id }, query })
const signParts = (caller: TestCaller, id: string, parts: object[]) =>
  caller.ask('POST', handlers.parts, { path: { id }, body: { parts } })
const stateOf = async ({ id }: Upload) => (await uploadsIn(database()).find(id))?.state
const sha256 = sumOf('part')

async function opened(changes: Partial<Upload> = {}) {
  const caller = await aCaller(route)
  return { caller, upload: await begun(database(), { owner: caller.userId, ...changes }) }
}
const IN_PARTS = { size: 40 * MIB, partSize: 16 * MIB }
async function openedInParts() {
  const uploadId = `upload ${anId()}`
  cloud().s3.uploads.set(uploadId, [])
  return opened({ ...IN_PARTS, uploadId })
}
const arrive = ({ id, size, sum = '' }: Upload) => cloud().s3.stored.set(id, { size, sum, at: NOW })
const sendParts = ({ uploadId = '' }: Upload, ...sizes: number[]) =>
  cloud().s3.uploads.set(
    uploadId,
    sizes.flatMap((size, at) => (size === 0 ? [] : [{ number: at + 1, size: size * MIB, sha256 }])),
  )

describe('completion', () => {
  it('of a PUT answers 200 with the id of the file, however often', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    const answers = [await complete(caller, upload.id), await complete(caller, upload.id)]
    for (const { status, body } of answers) {
      expect([status, body.upload.state, body.upload.fileId]).toEqual([200, 'ready', upload.node])
    }
    expect(await treeIn(database()).child(caller.userId, upload.name)).toMatchObject({ id: upload.node, version: 1 })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 0 })
  })

  it('of a PUT reads nothing twice: five calls make a file', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    cloud().forget()
    expect((await complete(caller, upload.id)).status).toBe(200)
    expect(cloud().calls).toEqual([
      'dynamodb:BatchGetItem',
      's3:HeadObject',
      'dynamodb:BatchGetItem',
      'dynamodb:TransactWriteItems',
      'dynamodb:UpdateItem',
    ])
    expect(cloud().units).toEqual({ read: 5, write: 7 })
  })

  it('of an upload that another report gives up meanwhile, with its object, says so', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    cloud().justBefore('s3:HeadObject', async () => {
      await uploadsIn(database()).giveUp(upload, 'name_taken', NOW)
      cloud().s3.stored.delete(upload.id)
    })
    const { status, body } = await complete(caller, upload.id)
    expect([status, body.code]).toEqual([409, 'upload_dead'])
  })

  it('of an upload that was made a file since it was read answers with that file', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    cloud().justBefore('s3:HeadObject', () => complete(caller, upload.id))
    expect((await complete(caller, upload.id)).body.upload).toMatchObject({ state: 'ready', fileId: upload.node })
    expect(await treeIn(database()).child(caller.userId, upload.name)).toMatchObject({ id: upload.node, version: 1 })
  })

  it('before anything was sent is refused, and the upload stays open', async () => {
    const { caller, upload } = await opened()
    expect((await complete(caller, upload.id)).body).toMatchObject({ status: 409, code: 'upload_incomplete' })
    expect(await stateOf(upload)).toBe('pending')
  })

  it('of what is not what was announced is refused; its room is free', async () => {
    const { caller, upload } = await opened()
    arrive({ ...upload, size: 11 })
    expect((await complete(caller, upload.id)).body).toMatchObject({ status: 409, code: 'upload_dead' })
    expect((await get(caller, upload.id)).body.upload).toMatchObject({ state: 'dead', why: 'mismatch' })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 0, open: 0 })
    expect(cloud().messages).toContainEqual({ kind: 'discard', object: upload.id })
  })

  it('of parts answers 202 and leaves the work to the queue', async () => {
    const { caller, upload } = await openedInParts()
    sendParts(upload, 16, 16, 8)
    const { status, body } = await complete(caller, upload.id)
    expect([status, body.upload.state]).toEqual([202, 'pending'])
    expect(cloud().messages).toEqual([{ kind: 'put-together', object: upload.id }])
  })

  it('of parts that S3 put together already is the queue’s to find out', async () => {
    const { caller, upload } = await openedInParts()
    cloud().s3.uploads.delete(upload.uploadId ?? '')
    expect((await complete(caller, upload.id)).status).toBe(202)
    expect(cloud().messages).toHaveLength(1)
  })

  it.each<[string, number[]]>([
    ['none', []],
    ['a gap', [16, 0, 8]],
    ['the last one missing', [16, 16]],
    ['one too small', [16, 15, 8]],
    ['one too large', [16, 16, 16]],
    ['one too many', [16, 16, 8, 1]],
  ])('of parts with %s is refused, and no work begins', async (_, sizes) => {
    const { caller, upload } = await openedInParts()
    sendParts(upload, ...sizes)
    expect((await complete(caller, upload.id)).body).toMatchObject({ code: 'upload_incomplete' })
    expect(cloud().messages).toEqual([])
    expect(await stateOf(upload)).toBe('pending')
  })

  it('where S3 fails says so, and changes nothing', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    cloud().fail('s3:HeadObject', 'throttled', 'throttled', 'throttled')
    expect((await complete(caller, upload.id)).body).toMatchObject({ status: 503, code: 'store_unavailable' })
    expect(await stateOf(upload)).toBe('pending')
  })

  it('64 times at once makes one file of one version', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    const answers = await inParallel(64, () => complete(caller, upload.id))
    for (const { status } of answers) expect([200, 503]).toContain(status)
    expect((await complete(caller, upload.id)).status).toBe(200)
    expect(await treeIn(database()).child(caller.userId, upload.name)).toMatchObject({ version: 1, v: 1 })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 0 })
  })
})

describe('the end of an upload', () => {
  it('frees its room, once, and throws away what was sent', async () => {
    const { caller, upload } = await opened()
    for (let time = 0; time < 2; time++) expect((await end(caller, upload.id)).status).toBe(204)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 0, open: 0 })
    expect(cloud().messages).toContainEqual({ kind: 'discard', object: upload.id })
    arrive(upload)
    expect((await complete(caller, upload.id)).body).toMatchObject({ code: 'upload_dead' })
  })

  it('of one that is a file by now is refused, and the file stays', async () => {
    const { caller, upload } = await opened()
    arrive(upload)
    await complete(caller, upload.id)
    expect((await end(caller, upload.id)).body).toMatchObject({ status: 409, code: 'upload_finished' })
    expect(await stateOf(upload)).toBe('ready')
    expect(cloud().messages).toEqual([])
  })
})

describe('an upload that goes on elsewhere', () => {
  it('tells which parts are there, page by page, and how large they are', async () => {
    const { caller, upload } = await openedInParts()
    sendParts(upload, 16, 0, 8)
    const [one, three] = [
      { number: 1, size: 16 * MIB, sha256, etag: '"1"' },
      { number: 3, size: 8 * MIB, sha256, etag: '"3"' },
    ]
    const { body } = await get(caller, upload.id)
    expect(body.upload).toMatchObject({ partSize: 16 * MIB, state: 'pending' })
    expect(body.parts).toEqual([one, three])
    cloud().s3.state.pageSize = 1
    const first = (await get(caller, upload.id)).body
    const second = (await get(caller, upload.id, { after: String(first.nextAfter) })).body
    cloud().s3.state.pageSize = 1000
    expect([first.parts, first.nextAfter, second.parts, second.nextAfter]).toEqual([[one], 1, [three], undefined])
  })

  it('is found among the open ones, and among them only', async () => {
    const { caller, upload } = await openedInParts()
    const over = await begun(database(), { owner: caller.userId })
    await end(caller, over.id)
    await begun(database())
    const { body } = await caller.ask('GET', handlers.list)
    expect(body.uploads.map(({ id }: { id: string }) => id)).toEqual([upload.id])
  })

  it('gets URLs for parts, each for its length and digest', async () => {
    const { caller, upload } = await openedInParts()
    clockAt(NOW + 300)
    const asked = [
      { number: 1, size: 16 * MIB, sha256 },
      { number: 3, size: 8 * MIB, sha256 },
    ]
    const { status, body } = await signParts(caller, upload.id, asked)
    expect(status).toBe(200)
    for (const [at, part] of body.parts.entries()) {
      const expiresAt = new Date((NOW + 1200) * 1000).toISOString()
      const headers = { 'x-amz-checksum-sha256': sha256 }
      expect(part).toEqual({ number: asked[at]?.number, method: 'PUT', url: expect.any(String), headers, expiresAt })
      const { searchParams } = new URL(part.url)
      expect(searchParams.get('partNumber')).toBe(String(asked[at]?.number))
      expect(searchParams.get('uploadId')).toBe(upload.uploadId)
    }
  })

  it.each([
    ['number', { number: 0, size: 16 * MIB }],
    ['number beyond the last', { number: 4, size: 8 * MIB }],
    ['size', { number: 1, size: 16 * MIB - 1 }],
    ['size for the last', { number: 3, size: 16 * MIB }],
  ])('gets no URL for a part of another %s, nor for any beside it', async (_, part) => {
    const { caller, upload } = await openedInParts()
    const parts = [
      { number: 2, size: 16 * MIB, sha256 },
      { ...part, sha256 },
    ]
    expect((await signParts(caller, upload.id, parts)).body).toMatchObject({ status: 400, code: 'part_refused' })
  })

  it('gets none for an upload by one PUT, for none at all, for a hundred and one', async () => {
    const { caller, upload } = await opened()
    const part = { number: 1, size: 10, sha256 }
    expect((await signParts(caller, upload.id, [part])).body).toMatchObject({ code: 'part_refused' })
    for (const parts of [[], Array(101).fill(part)]) {
      expect((await signParts(caller, upload.id, parts)).body).toMatchObject({ code: 'invalid_input' })
    }
  })

  it('gets none when it is over', async () => {
    const { caller, upload } = await openedInParts()
    await end(caller, upload.id)
    const parts = [{ number: 1, size: 16 * MIB, sha256 }]
    expect((await signParts(caller, upload.id, parts)).body).toMatchObject({ code: 'upload_dead' })
    const done = await opened()
    arrive(done.upload)
    await complete(done.caller, done.upload.id)
    expect((await signParts(done.caller, done.upload.id, parts)).body).toMatchObject({ code: 'upload_finished' })
  })

  it('gets none where the file it is for is not shared any more, or is in the trash', async () => {
    const [guest, owner] = [await aCaller(route), anId()]
    const { id: file } = await withFile(database(), { owner })
    const upload = await begun(database(), { owner, by: guest.userId, file, ...IN_PARTS, uploadId: 'x' })
    const ask = () => signParts(guest, upload.id, [{ number: 1, size: 16 * MIB, sha256 }])
    expect((await ask()).body).toMatchObject({ code: 'file_not_found' })
    await grant(database(), file, guest.userId, 'read')
    expect((await ask()).body).toMatchObject({ code: 'read_only' })
    await grant(database(), file, guest.userId, 'write')
    expect((await ask()).status).toBe(200)
    await trashIn(database()).trash('file', file, { caller: owner, now: NOW }, undefined)
    expect((await ask()).body).toMatchObject({ code: 'file_not_found' })
  })

  it('gets none where the folder is not shared any more', async () => {
    const [guest, owner] = [await aCaller(route), anId()]
    const folder = await withFolder(database(), { owner })
    const upload = await begun(database(), { owner, by: guest.userId, folder: folder.id, ...IN_PARTS, uploadId: 'x' })
    const parts = [{ number: 1, size: 16 * MIB, sha256 }]
    expect((await signParts(guest, upload.id, parts)).body).toMatchObject({ code: 'folder_not_found' })
    await grant(database(), folder.id, guest.userId, 'read')
    expect((await signParts(guest, upload.id, parts)).body).toMatchObject({ code: 'read_only' })
  })
})

describe('an upload into the folder of somebody else', () => {
  async function openedByGuest() {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const folder = await withFolder(database(), { owner: owner.userId })
    await grant(database(), folder.id, guest.userId, 'write')
    const place = { owner: owner.userId, by: guest.userId, folder: folder.id }
    return { owner, guest, upload: await begun(database(), place) }
  }

  it('is seen and ended by the owner too, whose room it takes', async () => {
    const { owner, upload } = await openedByGuest()
    const { body } = await owner.ask('GET', handlers.list)
    expect(body.uploads.map(({ id }: { id: string }) => id)).toEqual([upload.id])
    expect((await get(owner, upload.id)).body.upload).toMatchObject({ id: upload.id, state: 'pending' })
    expect((await end(owner, upload.id)).status).toBe(204)
    expect(await stateOf(upload)).toBe('dead')
    expect(await usedBy(database(), owner.userId)).toEqual({ used: 0, open: 0 })
  })

  it('is completed, and its parts are sent, by nobody but the guest', async () => {
    const { owner, guest, upload } = await openedByGuest()
    arrive(upload)
    const parts = [{ number: 1, size: 10, sha256 }]
    for (const { body } of [await complete(owner, upload.id), await signParts(owner, upload.id, parts)]) {
      expect(body).toMatchObject({ status: 404, code: 'upload_not_found' })
    }
    expect(await stateOf(upload)).toBe('pending')
    expect((await complete(guest, upload.id)).status).toBe(200)
  })
})

describe('the upload of somebody else', () => {
  it.each(['complete', 'end', 'get', 'parts'] as const)(
    'is not there for %s, nor is one that never was',
    async (what) => {
      const { upload } = await opened()
      arrive(upload)
      const stranger = await aCaller(route)
      const asks = {
        complete: (id: string) => complete(stranger, id),
        end: (id: string) => end(stranger, id),
        get: (id: string) => get(stranger, id),
        parts: (id: string) => signParts(stranger, id, [{ number: 1, size: 10, sha256 }]),
      }
      const answers = [await asks[what](upload.id), await asks[what](anId())]
      for (const { body } of answers) expect(body).toMatchObject({ status: 404, code: 'upload_not_found' })
      expect(await stateOf(upload)).toBe('pending')
    },
  )
})
