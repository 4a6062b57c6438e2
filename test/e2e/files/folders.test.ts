import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  children,
  createFolder,
  type FolderView,
  type ItemPage,
  must,
  namesIn,
  newUser,
  type User,
  upload,
} from '../files.ts'
import { PARALLEL } from '../pace.ts'

let user: User

beforeAll(async () => {
  user = await newUser()
})

const create = (json: object, headers: Record<string, string> = {}) =>
  call<FolderView>('POST', '/folders', { token: user.token, json, headers })

/** By pages of so many, following the cursors. */
async function pages(folderId: string, query: string): Promise<string[][]> {
  const found: string[][] = []
  let cursor: string | undefined = ''
  while (cursor !== undefined) {
    const page: ItemPage = await must(200, children(user, folderId, cursor ? `${query}&cursor=${cursor}` : query))
    found.push(page.items.map(({ name }) => name))
    cursor = page.nextCursor && encodeURIComponent(page.nextCursor)
  }
  return found
}

describe('a folder', () => {
  test('is what it was created as, in the root unless another is named', async () => {
    const outer = await must(201, create({ name: 'outer' }))
    expect(outer).toMatchObject({ kind: 'folder', name: 'outer', folderId: 'root', revision: 1, changedBy: user.id })
    const answer = await create({ name: 'inner', folderId: outer.id })
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.body).toMatchObject({ name: 'inner', folderId: outer.id })
    const found = await call<FolderView>('GET', `/folders/${answer.body.id}`, { token: user.token })
    expect(found.body).toEqual(answer.body)
    expect(found.headers.get('etag')).toBe('"1"')
    expect(await namesIn(user, outer.id)).toEqual(['inner'])
  })

  test('has a name that its folder has once, whatever bears it', async () => {
    const { id } = await createFolder(user, 'of names')
    await createFolder(user, 'folder', id)
    await upload(user, { name: 'file', folderId: id })
    for (const name of ['folder', 'file']) expectProblem(await create({ name, folderId: id }), 409, 'name_taken')
    const many = await Promise.all(
      Array.from({ length: PARALLEL / 4 }, () =>
        call('POST', '/folders', { token: user.token, json: { name: 'at once', folderId: id }, mayBeBusy: true }),
      ),
    )
    expect(many.filter(({ status }) => status === 201)).toHaveLength(1)
    for (const answer of many.filter(({ status }) => status < 500 && status !== 201)) {
      expectProblem(answer, 409, 'name_taken')
    }
    expect(await namesIn(user, id)).toEqual(['at once', 'file', 'folder'])
  })

  test('is found by names that differ in case, accents or spaces only', async () => {
    const { id } = await createFolder(user, 'of spellings')
    for (const name of ['a', 'A', 'á', 'a a', 'a\u00a0a']) await createFolder(user, name, id)
    expect(new Set(await namesIn(user, id))).toEqual(new Set(['a', 'A', 'á', 'a a', 'a\u00a0a']))
  })

  test('lists what it holds by name, in pages', async () => {
    const { id } = await createFolder(user, 'of pages')
    const names = ['B', 'a', 'b', 'b1', 'b2', 'z', 'é', 'ÿ', '語', '🦊']
    for (const name of names.toReversed()) await createFolder(user, name, id)
    expect(await pages(id, 'limit=100')).toEqual([names])
    const byThree = await pages(id, 'limit=3')
    expect(byThree.flat()).toEqual(names)
    expect(byThree.slice(0, 3).map(({ length }) => length)).toEqual([3, 3, 3])
    expect((await pages(id, 'limit=1')).flat()).toEqual(names)
  })

  test('lists by the beginning of names', async () => {
    const { id } = await createFolder(user, 'of beginnings')
    for (const name of ['report', 'report 1', 'report 2', 'Report', 'repo', 'x', '100%', '100_']) {
      await createFolder(user, name, id)
    }
    const beginning = (prefix: string) => pages(id, `limit=1&prefix=${encodeURIComponent(prefix)}`)
    expect((await beginning('report')).flat()).toEqual(['report', 'report 1', 'report 2'])
    expect((await beginning('100%')).flat()).toEqual(['100%'])
    expect((await beginning('')).flat()).toHaveLength(8)
    expect((await beginning('none')).flat()).toEqual([])
    for (const prefix of ['a/b', 'e\u0301', '\u0000', '\u202e']) {
      expectProblem(await children(user, id, `prefix=${encodeURIComponent(prefix)}`), 400, 'name_invalid')
    }
  })

  test('is nested sixteen deep and no deeper', async () => {
    let id = 'root'
    for (let depth = 1; depth <= 16; depth++) ({ id } = await createFolder(user, `level ${depth}`, id))
    expectProblem(await create({ name: 'level 17', folderId: id }), 409, 'too_deep')
    expect(await namesIn(user, id)).toEqual([])
    const { id: file } = await upload(user, { name: 'at the bottom', folderId: id })
    await must(200, call('GET', `/files/${file}`, { token: user.token }))
    expect(await namesIn(user, id)).toEqual(['at the bottom'])
  })

  test('is found nowhere by an id that is none of a folder of mine', async () => {
    const stranger = await aStranger()
    const theirs = await createFolder(stranger, 'of folders')
    const { id: file } = await upload(user, { name: 'no folder' })
    for (const id of [theirs.id, stranger.id, file, 'x'.repeat(22)]) {
      expectProblem(await call('GET', `/folders/${id}`, { token: user.token }), 404, 'folder_not_found')
      expectProblem(await children(user, id), 404, 'folder_not_found')
      expectProblem(await create({ name: 'inside', folderId: id }), 404, 'folder_not_found')
    }
    expect(await namesIn(stranger, theirs.id)).toEqual([])
  })
})

describe('creating a folder with an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'folder-1' }

  test('gives the same folder again, until it is elsewhere', async () => {
    const folder = await must(201, create({ name: 'repeated' }, headers))
    const parallel = await Promise.all([1, 2, 3, 4].map(() => create({ name: 'repeated' }, headers)))
    for (const { status, body } of parallel) expect({ status, body }).toEqual({ status: 201, body: folder })
    expectProblem(await create({ name: 'another' }, headers), 422, 'idempotency_key_reused')
    expectProblem(await create({ name: 'repeated' }), 409, 'name_taken')
    expect((await namesIn(user)).filter((name) => name === 'repeated')).toHaveLength(1)
  })

  test('gives another user another folder', async () => {
    const stranger = await aStranger()
    const json = { name: 'repeated' }
    const theirs = await must(201, call<FolderView>('POST', '/folders', { token: stranger.token, json, headers }))
    const mine = await must(201, create({ name: 'repeated' }, headers))
    expect(theirs.id).not.toBe(mine.id)
  })
})
