import { beforeAll, describe, expect, it } from 'vitest'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { grant, treeIn, uploadsIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/update-file.ts'), 'dynamodb:GetItem')
const { database } = route

type Handler = ReturnType<typeof route.handler>
let handlers: { get: Handler; trash: Handler; copy: Handler }
beforeAll(async () => {
  const { handler: get } = await import('../../../functions/files/get-file.ts')
  const { handler: trash } = await import('../../../functions/trash/trash-file.ts')
  const { handler: copy } = await import('../../../functions/files/copy-file.ts')
  handlers = { get, trash, copy }
})

const get = (caller: TestCaller, id: string) => caller.ask('GET', handlers.get, { path: { id } })
const update = (caller: TestCaller, id: string, body: object, headers = {}) =>
  caller.ask('PATCH', route.handler(), { path: { id }, body, headers })
const trash = (caller: TestCaller, id: string, headers = {}) =>
  caller.ask('DELETE', handlers.trash, { path: { id }, headers })
const copy = (caller: TestCaller, id: string, body: object, headers = {}) =>
  caller.ask('POST', handlers.copy, { path: { id }, body, headers })
const at = (version: number) => ({ 'if-match': `"${version}"` })

async function aFile() {
  const caller = await aCaller(route)
  const file = await withFile(database(), { owner: caller.userId, name: 'plan.txt' })
  return { caller, file }
}

describe('a file', () => {
  it('is shown with its content, its scan and its revision as ETag', async () => {
    const { caller, file } = await aFile()
    const time = new Date(NOW * 1000).toISOString()
    const { status, headers, body } = await get(caller, file.id)
    expect([status, headers.etag]).toEqual([200, '"1"'])
    const content = { size: 10, type: 'text/plain', checksum: { algorithm: 'SHA-256', value: file.sum }, version: 1 }
    const times = { createdAt: time, changedAt: time, changedBy: caller.userId, revision: 1 }
    expect(body).toEqual({
      kind: 'file',
      id: file.id,
      name: 'plan.txt',
      folderId: 'root',
      ...content,
      ...times,
      scan: 'none',
    })
  })

  it('is renamed and moved by revision; a repetition of the same change finds it done', async () => {
    const { caller, file } = await aFile()
    const folder = await withFolder(database(), { owner: caller.userId })
    const change = { name: 'new.txt', folderId: folder.id }
    const first = await update(caller, file.id, change, at(1))
    expect(first).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { ...change, revision: 2 } })
    expect((await update(caller, file.id, change, at(1))).body).toEqual(first.body)
    expect((await update(caller, file.id, { name: 'x' }, at(1))).body).toMatchObject({
      status: 412,
      code: 'version_conflict',
    })
    expect((await update(caller, file.id, { name: 'x' }, { 'if-match': 'W/"2"' })).status).toBe(412)
    expect((await update(caller, file.id, { folderId: 'root' })).body).toMatchObject({ folderId: 'root', revision: 3 })
  })

  it.each(['..', 'a/b', 'a\u0000', 'e\u0301', ' ', 'a'.repeat(256)])('is never called %j', async (name) => {
    const { caller, file } = await aFile()
    for (const ask of [update, copy]) {
      expect((await ask(caller, file.id, { name })).body).toMatchObject({ status: 400, code: 'name_invalid' })
    }
  })

  it('is trashed by revision, and gone on the next request; its room stays taken', async () => {
    const { caller, file } = await aFile()
    expect((await trash(caller, file.id, at(7))).body).toMatchObject({ code: 'version_conflict' })
    expect((await trash(caller, file.id, at(1))).status).toBe(204)
    expect((await get(caller, file.id)).body).toMatchObject({ status: 404, code: 'file_not_found' })
    expect((await trash(caller, file.id)).body).toMatchObject({ code: 'file_not_found' })
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 0 })
  })

  it('is copied by reference, once per Idempotency-Key', async () => {
    const { caller, file } = await aFile()
    const key = { 'idempotency-key': 'key' }
    const first = await copy(caller, file.id, { name: 'copy.txt' }, key)
    expect(first).toMatchObject({ status: 201, body: { name: 'copy.txt', revision: 1, size: 10 } })
    expect((await copy(caller, file.id, { name: 'copy.txt' }, key)).body).toEqual(first.body)
    expect((await copy(caller, file.id, { name: 'other.txt' }, key)).body).toMatchObject({
      code: 'idempotency_key_reused',
    })
    expect((await copy(caller, file.id, {})).body).toMatchObject({ status: 409, code: 'name_taken' })
    expect((await uploadsIn(database()).find(file.object))?.refs).toBe(2)
    expect(await usedBy(database(), caller.userId)).toEqual({ used: 10, open: 0 })
  })

  it('of somebody else, a folder, or none at all is not there for anything', async () => {
    const { file } = await aFile()
    const caller = await aCaller(route)
    const folder = await withFolder(database(), { owner: caller.userId })
    for (const id of [file.id, folder.id, anId()]) {
      const answers = [
        await get(caller, id),
        await update(caller, id, { name: 'mine' }),
        await trash(caller, id),
        await copy(caller, id, { name: 'mine' }),
      ]
      for (const { body } of answers) expect(body).toMatchObject({ status: 404, code: 'file_not_found' })
    }
  })

  it('that is shared for reading is read and nothing else; alone, its folder is not told', async () => {
    const { caller: owner, file } = await aFile()
    const guest = await aCaller(route)
    await grant(database(), file.id, guest.userId, 'read')
    const { body } = await get(guest, file.id)
    expect([body.name, 'folderId' in body]).toEqual(['plan.txt', false])
    expect((await update(guest, file.id, { name: 'x' })).body).toMatchObject({ code: 'owner_only' })
    expect((await trash(guest, file.id)).body).toMatchObject({ code: 'owner_only' })
    for (const asked of [{ name: 'x' }, { folderId: 'root' }]) {
      expect((await copy(guest, file.id, asked)).body).toMatchObject({ status: 403, code: 'owner_only' })
    }
    expect(await treeIn(database()).find(file.id, owner.userId)).toMatchObject({ listed: file })
  })
})
