import { describe, expect, it } from 'vitest'
import { MIB } from '../../../functions/contents/upload.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { movesIn } from '../../helpers/file-history.ts'
import { grant, uploadsIn, usageIn, usedBy, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { putRaw, rawItem } from '../../helpers/raw-items.ts'
import { clockAt, usingRoute } from '../../helpers/routes.ts'
import { sumOf } from '../../helpers/sum-of.ts'

const route = usingRoute(() => import('../../../functions/uploads/create-upload.ts'), 'dynamodb:GetItem')
const { database, cloud } = route

const SMALL = { name: 'plan.txt', size: 10, type: 'text/plain', sha256: sumOf('ten bytes!') }
const LARGE = { name: 'film.mp4', size: 40 * MIB, type: 'video/mp4' }
const create = (caller: TestCaller, body: object, key?: string) =>
  caller.ask('POST', route.handler(), { body, headers: key === undefined ? {} : { 'idempotency-key': key } })
const nothing = { used: 0, open: 0 }

describe('POST /files', () => {
  it('gives one PUT for up to 16 MiB, and remembers what may come', async () => {
    const caller = await aCaller(route)
    const { status, body } = await create(caller, SMALL)
    expect(status).toBe(201)
    const { upload, put } = body
    const { sha256: _, ...asked } = SMALL
    const createdAt = new Date(NOW * 1000).toISOString()
    expect(upload).toEqual({ ...asked, id: upload.id, state: 'pending', folderId: 'root', createdAt })
    expect(put).toEqual({
      method: 'PUT',
      url: expect.stringContaining(`/files/o/${upload.id}?`),
      headers: { 'content-type': 'text/plain', 'x-amz-checksum-sha256': SMALL.sha256, 'if-none-match': '*' },
      expiresAt: new Date((NOW + 900) * 1000).toISOString(),
    })
    const kept = { state: 'pending', owner: caller.userId, by: caller.userId, sum: SMALL.sha256, size: 10, refs: 0 }
    expect(await uploadsIn(database()).find(upload.id)).toMatchObject(kept)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 1 })
  })

  it.each([
    ['a name', { name: 'plan.txt' }, 3],
    ['a path', { path: 'plan.txt' }, 3],
    ['a name and a key', { name: 'plan.txt' }, 4],
  ])('reads with the session what the request leads to: %s', async (asked, place, read) => {
    const caller = await aCaller(route)
    const { name: _, ...small } = SMALL
    cloud().forget()
    const { status } = await create(caller, { ...small, ...place }, asked.endsWith('key') ? 'key' : undefined)
    expect(status).toBe(201)
    expect(cloud().calls).toEqual(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'])
    expect(cloud().units).toEqual({ read, write: 2 })
  })

  it.each([
    ['a folder', { name: 'plan.txt' }],
    ['a file', {}],
  ])('reads one call more for %s', async (into, asked) => {
    const caller = await aCaller(route)
    const make = into === 'a file' ? withFile : withFolder
    const { id } = await make(database(), { owner: caller.userId })
    const { name: _, ...small } = SMALL
    const place = into === 'a file' ? { fileId: id } : { folderId: id }
    cloud().forget()
    expect((await create(caller, { ...small, ...place, ...asked })).status).toBe(201)
    const reads = Array(2).fill('dynamodb:BatchGetItem')
    expect(cloud().calls).toEqual([...reads, 'dynamodb:UpdateItem', 'dynamodb:PutItem'])
  })

  it.each([{ name: 'ü'.repeat(1024) }, { path: `${'ü'.repeat(1024)}/plan.txt` }])(
    'asks the store for no name that nothing can have',
    async (place) => {
      const caller = await aCaller(route)
      const { name: _, ...small } = SMALL
      cloud().forget()
      expect((await create(caller, { ...small, ...place })).body).toMatchObject({ status: 400, code: 'name_invalid' })
      expect([cloud().calls, cloud().units.read]).toEqual([['dynamodb:BatchGetItem'], 2])
    },
  )

  it('gives no URL above that but the size of the parts, of an upload that S3 knows', async () => {
    const caller = await aCaller(route)
    const { status, body } = await create(caller, LARGE)
    expect(status).toBe(201)
    expect(Object.keys(body)).toEqual(['upload'])
    expect(body.upload).toMatchObject({ partSize: 16 * MIB, size: 40 * MIB })
    const { uploadId = '' } = (await uploadsIn(database()).find(body.upload.id))!
    expect(cloud().s3.uploads.has(uploadId)).toBe(true)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 40 * MIB, open: 1 })
  })

  it('finds the folder by its path from the root', async () => {
    const caller = await aCaller(route)
    const [, inner] = await withFolders(database(), caller.userId, ['a', 'b'])
    const { name: _, ...content } = SMALL
    const { body } = await create(caller, { path: 'a/b/plan.txt', ...content })
    expect(body.upload).toMatchObject({ folderId: inner?.id, name: 'plan.txt' })
  })

  it.each([
    ['/plan.txt', 'name_invalid'],
    ['a/', 'name_invalid'],
    ['a//plan.txt', 'name_invalid'],
    ['a/../plan.txt', 'name_invalid'],
    ['../plan.txt', 'name_invalid'],
    ['./plan.txt', 'name_invalid'],
    ['a/..', 'name_invalid'],
    ['', 'name_invalid'],
    ['a/b\u0000', 'name_invalid'],
    ['b/plan.txt', 'folder_not_found'],
    ['file/plan.txt', 'folder_not_found'],
  ])('takes no path like %j', async (path, code) => {
    const caller = await aCaller(route)
    await withFolder(database(), { owner: caller.userId, name: 'a' })
    await withFile(database(), { owner: caller.userId, name: 'file', size: 0 })
    const { name: _, ...content } = SMALL
    expect((await create(caller, { path, ...content })).body).toMatchObject({ code })
    expect(await usedBy(database(), caller.userId)).toEqual(nothing)
  })

  it.each(['..', 'a/b', 'a\u0000', 'e\u0301', 'é'.repeat(128), ' a', '\ud800', ''])(
    'takes no name like %j, and nothing is charged',
    async (name) => {
      const caller = await aCaller(route)
      expect((await create(caller, { ...SMALL, name })).body).toMatchObject({ status: 400, code: 'name_invalid' })
      expect(await usedBy(database(), caller.userId)).toEqual(nothing)
    },
  )

  it.each<[string, object]>([
    ['no digest for one PUT', { sha256: undefined }],
    ['a digest of the whole above 16 MiB', { size: 16 * MIB + 1 }],
    ['a digest in hex', { sha256: 'a'.repeat(64) }],
    ['a digest that is too short', { sha256: 'abc=' }],
    ['a negative size', { size: -1 }],
    ['half a byte', { size: 1.5 }],
    ['more than 5 TiB', { size: 5 * 2 ** 40 + 1, sha256: undefined }],
    ['a type with a line break', { type: 'text/plain\r\nx: y' }],
    ['a type that is none', { type: 'text' }],
    ['an owner', { owner: 'somebody' }],
    ['a path and a name', { path: 'plan.txt' }],
    ['a folder by a name', { folderId: '../x' }],
  ])('takes no request with %s', async (_, changes) => {
    const caller = await aCaller(route)
    expect((await create(caller, { ...SMALL, ...changes })).body).toMatchObject({ code: 'invalid_input' })
    expect(await usedBy(database(), caller.userId)).toEqual(nothing)
  })

  it('is refused where a folder has the name; a file of the name gets a new version', async () => {
    const caller = await aCaller(route)
    await withFolder(database(), { owner: caller.userId, name: 'folder' })
    await withFile(database(), { owner: caller.userId, name: 'file', size: 0 })
    expect((await create(caller, { ...SMALL, name: 'folder' })).body).toMatchObject({ code: 'name_taken' })
    expect((await create(caller, { ...SMALL, name: 'file' })).status).toBe(201)
  })

  it('into the folder of somebody else needs the right to write, and takes the owner’s room', async () => {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const folder = await withFolder(database(), { owner: owner.userId })
    const body = { ...SMALL, folderId: folder.id }
    expect((await create(guest, body)).body).toMatchObject({ code: 'folder_not_found' })
    expect((await create(guest, { ...SMALL, folderId: owner.userId })).body).toMatchObject({ code: 'folder_not_found' })
    await grant(database(), folder.id, guest.userId, 'read')
    expect((await create(guest, body)).body).toMatchObject({ code: 'read_only' })
    await grant(database(), folder.id, guest.userId, 'write')
    expect((await create(guest, body)).status).toBe(201)
    expect(await usedBy(database(), owner.userId)).toEqual({ used: 10, open: 1 })
    expect(await usedBy(database(), guest.userId)).toEqual(nothing)
  })

  it('is refused when there is not enough room, or when ten are open', async () => {
    const caller = await aCaller(route)
    expect((await create(caller, { ...LARGE, size: 100 * MIB + 1 })).body).toMatchObject({ code: 'quota_exceeded' })
    expect(await usedBy(database(), caller.userId)).toEqual(nothing)
    for (let count = 0; count < 10; count++) await create(caller, { ...SMALL, name: `${count}` })
    expect((await create(caller, SMALL)).body).toMatchObject({ status: 409, code: 'too_many_uploads' })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 100, open: 10 })
  })

  it('answers 503 where S3 does not begin the upload, and gives no upload out', async () => {
    const caller = await aCaller(route)
    cloud().fail('s3:CreateMultipartUpload', 'throttled')
    expect((await create(caller, LARGE, 'key')).body).toMatchObject({ code: 'store_unavailable' })
    // The same request finds the room that it took before.
    expect((await create(caller, LARGE, 'key')).status).toBe(201)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 40 * MIB, open: 1 })
  })

  it('that S3 does not begin leaves nothing, where nobody can repeat it', async () => {
    const caller = await aCaller(route)
    cloud().fail('s3:CreateMultipartUpload', 'throttled')
    expect((await create(caller, LARGE)).body).toMatchObject({ code: 'store_unavailable' })
    expect(await usedBy(database(), caller.userId)).toEqual(nothing)
  })
})

describe('POST /files for a file', () => {
  const { name: _, ...content } = SMALL

  it('begins a new version of it, by whoever may write it, in the room of its owner', async () => {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const file = await withFile(database(), { owner: owner.userId, name: 'shared.txt', size: 5 })
    await grant(database(), file.id, guest.userId, 'write')
    const { status, body } = await create(guest, { fileId: file.id, ...content })
    expect(status).toBe(201)
    expect(body.upload).toMatchObject({ fileId: file.id, name: 'shared.txt', state: 'pending' })
    // In which folder it lies is no business of the guest.
    expect(body.upload).not.toHaveProperty('folderId')
    const kept = { owner: owner.userId, by: guest.userId, file: file.id }
    expect(await uploadsIn(database()).find(body.upload.id)).toMatchObject(kept)
    expect(await usedBy(database(), owner.userId)).toEqual({ used: 15, open: 1 })
    expect(await usedBy(database(), guest.userId)).toEqual(nothing)
  })

  it('needs the right to write it, and a file', async () => {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const file = await withFile(database(), { owner: owner.userId, size: 0 })
    const folder = await withFolder(database(), { owner: owner.userId })
    const code = async (caller: TestCaller, fileId: string) => (await create(caller, { fileId, ...content })).body.code
    expect(await code(guest, file.id)).toBe('file_not_found')
    await grant(database(), file.id, guest.userId, 'read')
    expect(await code(guest, file.id)).toBe('read_only')
    for (const id of [folder.id, owner.userId, anId()]) expect(await code(owner, id)).toBe('file_not_found')
    expect(await usedBy(database(), owner.userId)).toEqual(nothing)
  })

  it('repeated by its key after the file was renamed is the same; for another file it is refused', async () => {
    const caller = await aCaller(route)
    const [file, other] = [
      await withFile(database(), { owner: caller.userId, size: 0 }),
      await withFile(database(), { owner: caller.userId, size: 0 }),
    ]
    const first = await create(caller, { fileId: file.id, ...content }, 'key')
    await movesIn(database()).move('file', file.id, { name: 'renamed' }, { caller: caller.userId, now: NOW }, undefined)
    const second = await create(caller, { fileId: file.id, ...content }, 'key')
    expect(second.body.upload).toEqual(first.body.upload)
    for (const place of [{ fileId: other.id }, { name: file.name }]) {
      expect((await create(caller, { ...place, ...content }, 'key')).body.code).toBe('idempotency_key_reused')
    }
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 1 })
  })
})

describe('an Idempotency-Key', () => {
  it('whose first request fails at S3 after the second began leaves the room to that', async () => {
    const caller = await aCaller(route)
    let second: Awaited<ReturnType<typeof create>> | undefined
    cloud().fail('s3:CreateMultipartUpload', 'throttled')
    cloud().justBefore('s3:CreateMultipartUpload', async () => {
      second = await create(caller, LARGE, 'key')
    })
    expect((await create(caller, LARGE, 'key')).body).toMatchObject({ code: 'store_unavailable' })
    expect(second?.body.upload).toMatchObject({ state: 'pending' })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 40 * MIB, open: 1 })
  })

  it('gives the same upload for the same request, and a fresh URL', async () => {
    const caller = await aCaller(route)
    const first = await create(caller, SMALL, 'key')
    clockAt(NOW + 60)
    const second = await create(caller, SMALL, 'key')
    expect(second.body.upload).toEqual(first.body.upload)
    expect(second.body.put.expiresAt).toBe(new Date((NOW + 960) * 1000).toISOString())
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 1 })
  })

  it('gives no URL that could outlive the upload', async () => {
    const caller = await aCaller(route)
    const { id } = (await create(caller, SMALL, 'key')).body.upload
    const item = await rawItem(database(), TABLES.files, `O#${id}`, 'obj')
    const repeatedAfter = async (seconds: number) => {
      await putRaw(database(), TABLES.files, { ...item, createdAt: { N: String(NOW - seconds) } })
      return Object.keys((await create(caller, SMALL, 'key')).body)
    }
    // Two hours, less the life of the URL, twice: what is sent in its last second has time to arrive.
    expect(await repeatedAfter(5399)).toEqual(['upload', 'put'])
    expect(await repeatedAfter(5400)).toEqual(['upload'])
  })

  it('of an upload that is over gives it as it is, and no URL', async () => {
    const caller = await aCaller(route)
    const { id } = (await create(caller, SMALL, 'key')).body.upload
    await uploadsIn(database()).giveUp((await uploadsIn(database()).find(id))!, 'ended', NOW)
    const { status, body } = await create(caller, SMALL, 'key')
    expect({ status, keys: Object.keys(body), state: body.upload.state }).toEqual({
      status: 201,
      keys: ['upload'],
      state: 'dead',
    })
    expect(await usedBy(database(), caller.userId)).toEqual(nothing)
  })

  it.each<[string, object]>([
    ['name', { name: 'other' }],
    ['size', { size: 11 }],
    ['type', { type: 'text/html' }],
    ['digest', { sha256: sumOf('other') }],
    ['place', { folderId: 'other' }],
  ])('with another %s is refused', async (what, changes) => {
    const caller = await aCaller(route)
    await create(caller, SMALL, 'key')
    const other = what === 'place' ? { folderId: (await withFolder(database(), { owner: caller.userId })).id } : changes
    const { status, body } = await create(caller, { ...SMALL, ...other }, 'key')
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 1 })
  })

  it('of another user is another', async () => {
    const [one, two] = [await aCaller(route), await aCaller(route)]
    const ids = [(await create(one, SMALL, 'key')).body.upload.id, (await create(two, SMALL, 'key')).body.upload.id]
    expect(ids[0]).not.toBe(ids[1])
  })

  it.each([SMALL, LARGE])('64 times at once begins one upload and takes the room once', async (asked) => {
    const caller = await aCaller(route)
    const answers = await inParallel(64, () => create(caller, asked, 'key'))
    const { body } = await create(caller, asked, 'key')
    for (const answer of answers) {
      expect([201, 503]).toContain(answer.status)
      if (answer.status === 201) expect(answer.body.upload).toEqual(body.upload)
    }
    expect(await usedBy(database(), caller.userId)).toEqual({ used: asked.size, open: 1 })
  })

  it('for little and for much at once never begins the much with the room for little', async () => {
    const caller = await aCaller(route)
    const sizes = [1, 40 * MIB]
    const answers = await inParallel(16, (at) =>
      create(caller, at % 2 === 0 ? { ...SMALL, size: 1 } : { ...LARGE, name: SMALL.name, type: SMALL.type }, 'key'),
    )
    const begun = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.upload.size))
    expect(begun.size).toBe(1)
    const [size] = begun
    expect(sizes).toContain(size)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: size, open: 1 })
    for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('idempotency_key_reused')
  })

  it('whose first request was done meanwhile gives back what the second took, and nothing else', async () => {
    for (const isSettled of [true, false]) {
      const caller = await aCaller(route)
      cloud().justBefore('dynamodb:UpdateItem', async () => {
        const { id } = (await create(caller, SMALL, 'key')).body.upload
        const item = await rawItem(database(), TABLES.files, `O#${id}`, 'obj')
        await putRaw(database(), TABLES.files, { ...item, state: { S: 'ready' }, refs: { N: '1' } })
        if (isSettled) await usageIn(database()).settle(caller.userId, id)
      })
      expect((await create(caller, SMALL, 'key')).body.upload.state).toBe('ready')
      expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: isSettled ? 0 : 1 })
    }
  })

  it('for two folders of two owners at once takes the room of the one that was first', async () => {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const folder = await withFolder(database(), { owner: owner.userId })
    await grant(database(), folder.id, guest.userId, 'write')
    // Both found nothing of the key, and both took room.
    cloud().justBefore('dynamodb:PutItem', () => create(guest, SMALL, 'key'))
    const { body } = await create(guest, { ...SMALL, folderId: folder.id }, 'key')
    expect(body).toMatchObject({ code: 'idempotency_key_reused' })
    expect(await usedBy(database(), owner.userId)).toEqual(nothing)
    expect(await usedBy(database(), guest.userId)).toEqual({ used: 10, open: 1 })
  })
})
