import { beforeAll, describe, expect, it } from 'vitest'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { grant, treeIn, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/create-folder.ts'), 'dynamodb:GetItem')
const { database, cloud } = route

type Handler = ReturnType<typeof route.handler>
let handlers: { get: Handler; list: Handler; trash: Handler; update: Handler }
beforeAll(async () => {
  const { handler: get } = await import('../../../functions/files/get-folder.ts')
  const { handler: list } = await import('../../../functions/files/list-children.ts')
  const { handler: trash } = await import('../../../functions/trash/trash-folder.ts')
  const { handler: update } = await import('../../../functions/files/update-folder.ts')
  handlers = { get, list, trash, update }
})

const create = (caller: TestCaller, body: object, headers = {}) =>
  caller.ask('POST', route.handler(), { body, headers })
const get = (caller: TestCaller, id: string) => caller.ask('GET', handlers.get, { path: { id } })
const list = (caller: TestCaller, id: string, query = {}) => caller.ask('GET', handlers.list, { path: { id }, query })
const update = (caller: TestCaller, id: string, body: object, headers = {}) =>
  caller.ask('PATCH', handlers.update, { path: { id }, body, headers })
const trash = (caller: TestCaller, id: string, headers = {}) =>
  caller.ask('DELETE', handlers.trash, { path: { id }, headers })
const keyed = (key: string) => ({ 'idempotency-key': key })
const at = (version: number) => ({ 'if-match': `"${version}"` })
const namesIn = (body: { items: { name: string }[] }) => body.items.map(({ name }) => name)

describe('a folder', () => {
  it('is created, shown, renamed, moved and trashed, with its revision as ETag', async () => {
    const caller = await aCaller(route)
    const created = await create(caller, { name: 'plans' })
    const time = new Date(NOW * 1000).toISOString()
    const seen = {
      kind: 'folder',
      name: 'plans',
      folderId: 'root',
      createdAt: time,
      changedAt: time,
      changedBy: caller.userId,
    }
    const { id } = created.body
    expect(created).toMatchObject({ status: 201, headers: { etag: '"1"' }, body: { id, ...seen, revision: 1 } })
    expect(await get(caller, id)).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: created.body })
    const into = (await create(caller, { name: 'into' })).body
    const changed = await update(caller, id, { name: 'new', folderId: into.id }, at(1))
    expect(changed).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { name: 'new', folderId: into.id } })
    expect((await update(caller, id, { name: 'newer' }, at(1))).body).toMatchObject({
      status: 412,
      code: 'version_conflict',
    })
    expect((await trash(caller, id, at(1))).body).toMatchObject({ code: 'version_conflict' })
    expect((await trash(caller, id, at(2))).status).toBe(204)
    expect((await get(caller, id)).body).toMatchObject({ status: 404, code: 'folder_not_found' })
  })

  it.each(['', '.', '..', 'a/b', 'a\\b', 'a\u0000', 'e\u0301', '\ud800', 'a\u202e', 'é'.repeat(128)])(
    'is never called %j',
    async (name) => {
      const caller = await aCaller(route)
      expect((await create(caller, { name })).body).toMatchObject({ status: 400, code: 'name_invalid' })
      const { id } = (await create(caller, { name: 'plans' })).body
      expect((await update(caller, id, { name })).body).toMatchObject({ status: 400, code: 'name_invalid' })
      expect(namesIn((await list(caller, 'root')).body)).toEqual(['plans'])
    },
  )

  it('is made once with an Idempotency-Key, by 64 at once, and another request of the key is refused', async () => {
    const caller = await aCaller(route)
    const answers = await inParallel(64, () => create(caller, { name: 'plans' }, keyed('key')))
    for (const { status } of answers) expect([201, 503]).toContain(status)
    const again = await create(caller, { name: 'plans' }, keyed('key'))
    expect(again.status).toBe(201)
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id))
    expect([...ids]).toEqual([again.body.id])
    for (const body of [{ name: 'other' }, { name: 'plans', folderId: again.body.id }]) {
      expect((await create(caller, body, keyed('key'))).body).toMatchObject({
        status: 422,
        code: 'idempotency_key_reused',
      })
    }
    expect(namesIn((await list(caller, 'root')).body)).toEqual(['plans'])
    const other = await aCaller(route)
    expect((await create(other, { name: 'plans' }, keyed('key'))).body.id).not.toBe(again.body.id)
  })

  it('is not put below itself, nor deeper than sixteen', async () => {
    const caller = await aCaller(route)
    const nested = await withFolders(
      database(),
      caller.userId,
      Array.from({ length: 16 }, (_, depth) => `${depth}`),
    )
    const [top, deepest] = [nested[0]!.id, nested.at(-1)!.id]
    expect((await update(caller, top, { folderId: deepest })).body).toMatchObject({ status: 409, code: 'folder_loop' })
    expect((await create(caller, { name: 'x', folderId: deepest })).body).toMatchObject({
      status: 409,
      code: 'too_deep',
    })
  })

  it('of somebody else, or one that never was, is not there for anything', async () => {
    const [owner, caller] = [await aCaller(route), await aCaller(route)]
    const foreign = await withFolder(database(), { owner: owner.userId, name: 'theirs' })
    const mine = await withFolder(database(), { owner: caller.userId })
    for (const id of [foreign.id, anId(), owner.userId]) {
      const answers = [
        await get(caller, id),
        await list(caller, id),
        await update(caller, id, { name: 'mine' }),
        await update(caller, mine.id, { folderId: id }),
        await trash(caller, id),
        await create(caller, { name: 'mine', folderId: id }),
      ]
      for (const { body } of answers) expect(body).toMatchObject({ status: 404, code: 'folder_not_found' })
    }
    expect(await treeIn(database()).find(foreign.id, owner.userId)).toMatchObject({ listed: { v: 1, name: 'theirs' } })
  })

  it('that is shared is shown without the one above it, which is nobody else’s business', async () => {
    const [owner, guest] = [await aCaller(route), await aCaller(route)]
    const [, inner] = await withFolders(database(), owner.userId, ['private', 'shared'])
    await grant(database(), inner!.id, guest.userId, 'read')
    const { status, body } = await get(guest, inner!.id)
    expect([status, 'folderId' in body]).toEqual([200, false])
    expect((await update(guest, inner!.id, { name: 'mine' })).body).toMatchObject({ code: 'owner_only' })
    expect((await trash(guest, inner!.id)).body).toMatchObject({ code: 'owner_only' })
    expect((await create(guest, { name: 'x', folderId: inner!.id })).body).toMatchObject({ code: 'read_only' })
  })
})

describe('what a folder holds', () => {
  async function filled(names: readonly string[]) {
    const caller = await aCaller(route)
    const folder = await withFolder(database(), { owner: caller.userId })
    for (const name of names) await withFile(database(), { owner: caller.userId, into: folder, name, size: 1 })
    return { caller, id: folder.id }
  }
  async function walk(caller: TestCaller, id: string, query: Record<string, string>) {
    const pages: string[][] = []
    let cursor: string | undefined
    do {
      const { body } = await list(caller, id, { ...query, ...(cursor ? { cursor } : {}) })
      pages.push(namesIn(body))
      cursor = body.nextCursor
    } while (cursor && pages.length < 20)
    return pages
  }

  it('is listed by name, page by page, files and folders', async () => {
    const { caller, id } = await filled(['c', 'a', 'd'])
    await create(caller, { name: 'b', folderId: id })
    expect((await walk(caller, id, { limit: '2' })).filter((page) => page.length > 0)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    const { body } = await list(caller, id)
    const kinds = body.items.map(({ kind, folderId }: { kind: string; folderId: string }) => [kind, folderId])
    expect(kinds).toEqual([
      ['file', id],
      ['folder', id],
      ['file', id],
      ['file', id],
    ])
    expect(body.items[0]).toMatchObject({ size: 1, type: 'text/plain', version: 1, checksum: { algorithm: 'SHA-256' } })
  })

  it('is searched by the beginning of names, letter by letter as they are written', async () => {
    const { caller, id } = await filled(['Report', 'report 1', 'report 2', 'rest', 'é', 'z'])
    expect((await walk(caller, id, { prefix: 'report' })).flat()).toEqual(['report 1', 'report 2'])
    expect((await walk(caller, id, { prefix: 're', limit: '1' })).flat()).toEqual(['report 1', 'report 2', 'rest'])
    expect((await walk(caller, id, { prefix: 'é' })).flat()).toEqual(['é'])
    expect((await walk(caller, id, { prefix: 'nothing' })).flat()).toEqual([])
    for (const prefix of ['e\u0301', 'a/b', '\u0000']) {
      expect((await list(caller, id, { prefix })).body).toMatchObject({ code: 'name_invalid' })
    }
  })

  it('is one Query for a hundred, beside the proof', async () => {
    const { caller, id } = await filled(Array.from({ length: 101 }, (_, number) => `file ${number}`))
    cloud().forget()
    expect((await list(caller, id, { limit: '100' })).body.items).toHaveLength(100)
    expect(cloud().calls.filter((call) => call === 'dynamodb:Query')).toHaveLength(1)
  })

  it('refuses a cursor of another user, folder or prefix, and one edited by hand', async () => {
    const { caller, id } = await filled(['a', 'ab', 'ac'])
    const { nextCursor: cursor } = (await list(caller, id, { limit: '1' })).body
    const [guest, other] = [await aCaller(route), await withFolder(database(), { owner: caller.userId })]
    await grant(database(), id, guest.userId, 'read')
    const [position, digest] = cursor.split('.')
    const forged = `${Buffer.from('n#ab').toString('base64url')}.${digest}`
    const answers = [
      await list(guest, id, { cursor }),
      await list(caller, other.id, { cursor }),
      await list(caller, id, { cursor, prefix: 'a' }),
      await list(caller, id, { cursor: forged }),
      await list(caller, id, { cursor: position }),
      await list(caller, id, { cursor: `${cursor}x` }),
    ]
    for (const { body } of answers) expect(body).toMatchObject({ status: 400, code: 'invalid_cursor' })
    expect(namesIn((await list(caller, id, { cursor })).body)).toEqual(['ab', 'ac'])
  })

  it('is gone with the folder on the next request', async () => {
    const caller = await aCaller(route)
    const [outer, inner] = await withFolders(database(), caller.userId, ['outer', 'inner'])
    expect((await list(caller, inner!.id)).status).toBe(200)
    await trash(caller, outer!.id)
    for (const id of [outer!.id, inner!.id]) {
      expect((await list(caller, id)).body).toMatchObject({ status: 404, code: 'folder_not_found' })
    }
    expect(namesIn((await list(caller, 'root')).body)).toEqual([])
  })
})
