import { beforeAll, describe, expect, it } from 'vitest'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { grant, withFile, withFolder } from '../../helpers/files.ts'
import { rawItem } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/put-metadata.ts'), 'dynamodb:GetItem')
const { database, handler } = route
let getMetadata: ReturnType<typeof handler>
beforeAll(async () => {
  ;({ handler: getMetadata } = await import('../../../functions/files/get-metadata.ts'))
})

const get = (caller: TestCaller, id: string) => caller.ask('GET', getMetadata, { path: { id } })
const put = (caller: TestCaller, id: string, body: unknown, headers: object = {}) =>
  caller.ask('PUT', handler(), { path: { id }, body, headers })
const noted = (id: string) => rawItem(database(), TABLES.files, `N#${id}`, 'meta')

async function withOwnFile() {
  const owner = await aCaller(route)
  const { id } = await withFile(database(), { owner: owner.userId })
  return { owner, id }
}

describe('metadata', () => {
  it('is empty until something is noted, then what was noted, when and by whom', async () => {
    const { owner, id } = await withOwnFile()
    const before = await get(owner, id)
    expect(before).toMatchObject({ status: 200, headers: { etag: '"0"' } })
    expect(before.body).toEqual({ custom: {}, tags: [], revision: 0 })
    const body = { custom: { project: { name: 'Lethe', parts: [1, null, true] } }, tags: ['grün', 'B'] }
    const after = await put(owner, id, body, { 'if-match': '"0"' })
    const changedAt = new Date(NOW * 1000).toISOString()
    expect(after).toMatchObject({ status: 200, headers: { etag: '"1"' } })
    expect(after.body).toEqual({ ...body, revision: 1, changedAt, changedBy: owner.userId })
    expect((await get(owner, id)).body).toEqual(after.body)
  })

  it('is replaced as a whole, by who has seen what it replaces', async () => {
    const { owner, id } = await withOwnFile()
    await put(owner, id, { custom: { a: 1 }, tags: ['x'] })
    expect((await put(owner, id, { custom: {}, tags: [] }, { 'if-match': '"0"' })).status).toBe(412)
    expect((await put(owner, id, { custom: { b: 2 }, tags: [] }, { 'if-match': '"1"' })).body).toMatchObject({
      custom: { b: 2 },
      tags: [],
      revision: 2,
    })
    expect((await put(owner, id, { custom: {}, tags: [] }, { 'if-match': 'W/"2"' })).status).toBe(412)
  })

  it('is had by folders too, but by no root', async () => {
    const owner = await aCaller(route)
    const folder = await withFolder(database(), { owner: owner.userId })
    expect((await put(owner, folder.id, { custom: {}, tags: [] })).status).toBe(200)
    expect((await put(owner, owner.userId, { custom: {}, tags: [] })).body.code).toBe('item_not_found')
  })

  it('is read by who may read, written by who may write, and there for nobody else', async () => {
    const { id } = await withOwnFile()
    const body = { custom: {}, tags: [] }
    const [reader, writer, stranger] = [await aCaller(route), await aCaller(route), await aCaller(route)]
    await grant(database(), id, reader.userId, 'read')
    await grant(database(), id, writer.userId, 'write')
    expect((await put(reader, id, body)).body.code).toBe('read_only')
    expect((await put(stranger, id, body)).body.code).toBe('item_not_found')
    expect(await noted(id)).toBeUndefined()
    expect((await put(writer, id, body)).body.changedBy).toBe(writer.userId)
    expect((await get(reader, id)).body.revision).toBe(1)
    expect((await get(stranger, id)).body.code).toBe('item_not_found')
    expect((await get(stranger, anId())).body.code).toBe('item_not_found')
  })

  it.each<[string, unknown]>([
    ['no custom', { tags: [] }],
    ['no tags', { custom: {} }],
    ['a list', { custom: [], tags: [] }],
    ['more than 8 KB', { custom: { a: 'x'.repeat(8185) }, tags: [] }],
    ['an author', { custom: {}, tags: [], changedBy: anId() }],
    ['51 tags', { custom: {}, tags: Array.from({ length: 51 }, (_, at) => `tag ${at}`) }],
    ['a tag twice', { custom: {}, tags: ['a', 'b', 'a'] }],
    ['an empty tag', { custom: {}, tags: [''] }],
    ['a tag that nobody sees', { custom: {}, tags: ['\u200d'] }],
    ['a long tag', { custom: {}, tags: ['x'.repeat(65)] }],
    ['a tag of another spelling', { custom: {}, tags: ['gru\u0308n'] }],
    ['a tag with a control character', { custom: {}, tags: ['a\u0000b'] }],
    ['half a character', { custom: {}, tags: ['\ud800'] }],
    ['a tag that is no text', { custom: {}, tags: [1] }],
  ])('with %s is refused, and nothing is noted', async (_, body) => {
    const { owner, id } = await withOwnFile()
    expect((await put(owner, id, body)).body.code).toBe('invalid_input')
    expect(await noted(id)).toBeUndefined()
  })

  it('that would be taken for a prototype is refused, not dropped', async () => {
    const { owner, id } = await withOwnFile()
    const custom = JSON.parse('{"a": 1, "__proto__": {"admin": true}}')
    const { body } = await put(owner, id, { custom, tags: [] })
    expect(body).toMatchObject({ code: 'invalid_input', errors: [{ field: 'custom' }] })
    expect(await noted(id)).toBeUndefined()
  })

  it('holds what it may hold at most', async () => {
    const { owner, id } = await withOwnFile()
    const tags = Array.from({ length: 50 }, (_, at) => String(at).padEnd(64, 'x'))
    const custom = { a: 'é'.repeat(4092) }
    expect((await put(owner, id, { custom, tags })).body).toMatchObject({ custom, tags })
    expect((await get(owner, id)).body).toMatchObject({ custom, tags })
  })
})
