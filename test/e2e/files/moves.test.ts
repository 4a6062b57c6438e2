import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  createFolder,
  expectContent,
  type FileView,
  type FolderView,
  fileOf,
  must,
  namesIn,
  newUser,
  outcomeOf,
  type User,
  upload,
} from '../files.ts'
import { PARALLEL, ROUNDS } from '../pace.ts'
import { randomContent } from '../s3.ts'

let user: User

beforeAll(async () => {
  user = await newUser()
})

type Change = { name?: string; folderId?: string }

const patch = <View>(kind: 'files' | 'folders', id: string, json: Change, ifMatch?: string) =>
  call<View>('PATCH', `/${kind}/${id}`, {
    token: user.token,
    json,
    mayBeBusy: true,
    ...(ifMatch ? { headers: { 'if-match': ifMatch } } : {}),
  })
const moveFolder = (id: string, json: Change, ifMatch?: string) => patch<FolderView>('folders', id, json, ifMatch)
const moveFile = (id: string, json: Change, ifMatch?: string) => patch<FileView>('files', id, json, ifMatch)
const folderOf = (id: string) => must(200, call<FolderView>('GET', `/folders/${id}`, { token: user.token }))

/** One in the other, the first in the root. */
async function nest(names: string[], inside = 'root'): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) ids.push((await createFolder(user, name, ids.at(-1) ?? inside)).id)
  return ids
}

describe('a file', () => {
  test('is renamed and moved, and stays the file that it is', async () => {
    const content = randomContent(90)
    const file = await upload(user, { name: 'before', content })
    const { id: folder } = await createFolder(user, 'for a file')
    const renamed = await moveFile(file.id, { name: 'after' })
    expect(renamed.headers.get('etag')).toBe('"2"')
    expect(renamed.body).toMatchObject({ id: file.id, name: 'after', revision: 2, version: 1, folderId: 'root' })
    const moved = await must(200, moveFile(file.id, { folderId: folder }))
    expect(moved).toMatchObject({ name: 'after', folderId: folder, revision: 3, checksum: file.checksum })
    await must(200, moveFile(file.id, { folderId: 'root', name: 'both' }))
    const found = await fileOf(user, file.id)
    expect(found).toMatchObject({ id: file.id, name: 'both', folderId: 'root', revision: 4, changedBy: user.id })
    expect(await namesIn(user, folder)).toEqual([])
    expect(await namesIn(user)).toEqual(expect.arrayContaining(['both']))
    await expectContent(user, file.id, content)
  })

  test('where it is already is left as it is', async () => {
    const file = await upload(user, { name: 'stays' })
    for (const json of [{}, { name: 'stays' }, { folderId: 'root' }, { name: 'stays', folderId: 'root' }]) {
      expect(await must(200, moveFile(file.id, json))).toMatchObject({ revision: 1 })
    }
  })

  test('takes nobody’s place', async () => {
    const { id: folder } = await createFolder(user, 'crowded')
    await createFolder(user, 'a folder', folder)
    await upload(user, { name: 'a file', folderId: folder })
    const file = await upload(user, { name: 'mover' })
    for (const name of ['a folder', 'a file']) {
      expectProblem(await moveFile(file.id, { name, folderId: folder }), 409, 'name_taken')
    }
    const rivals = await Promise.all(
      Array.from({ length: 8 }, (_, n) => upload(user, { name: `rival ${n}`, folderId: folder })),
    )
    const answers = await Promise.all(rivals.map(({ id }) => moveFile(id, { name: 'the one' })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status < 500 && status !== 200)) {
      expectProblem(answer, 409, 'name_taken')
    }
    expect(await namesIn(user, folder)).toHaveLength(10)
    expect(await fileOf(user, file.id)).toMatchObject({ name: 'mover', revision: 1 })
  })

  test('goes into no file, no stranger’s folder and no folder that is none', async () => {
    const stranger = await aStranger()
    const theirs = await createFolder(stranger, 'of moves')
    const other = await upload(user, { name: 'no folder' })
    const file = await upload(user, { name: 'goes nowhere' })
    for (const folderId of [theirs.id, stranger.id, other.id, file.id, 'x'.repeat(22)]) {
      expectProblem(await moveFile(file.id, { folderId }), 404, 'folder_not_found')
    }
    expect(await fileOf(user, file.id)).toEqual(file)
  })
})

describe('a folder', () => {
  test('takes along what is below it, however deep', async () => {
    const [top, , , bottom] = await nest(['tree', 'branch', 'twig', 'leaf'])
    const file = await upload(user, { name: 'bug', folderId: bottom! })
    const ids = await nest(['far', 'away'])
    const moved = await must(200, moveFolder(top!, { folderId: ids[1]!, name: 'the tree' }))
    expect(moved).toMatchObject({ id: top, name: 'the tree', folderId: ids[1], revision: 2 })
    expect(await namesIn(user, ids[1])).toEqual(['the tree'])
    expect(await fileOf(user, file.id)).toEqual(file)
    const answer = await call('DELETE', `/folders/${ids[0]}`, { token: user.token })
    expect(answer.status, answer.text).toBe(204)
    expectProblem(await call('GET', `/files/${file.id}`, { token: user.token }), 404, 'file_not_found')
  })

  test('is never put below itself', async () => {
    const ids = await nest(['loop 1', 'loop 2', 'loop 3'])
    for (const folderId of ids) {
      expectProblem(await moveFolder(ids[0]!, { folderId }), 409, 'folder_loop')
    }
    expect(await folderOf(ids[0]!)).toMatchObject({ folderId: 'root', revision: 1 })
  })

  test('is never put below itself by two opposite moves at once', async () => {
    for (let round = 0; round < ROUNDS * 4; round++) {
      const a = (await nest([`a ${round}`]))[0]!
      // Where one is deep enough for the other already, only the version of the tree tells that it changed.
      const b = (await nest(round % 2 ? [`b ${round}`] : [`b ${round}`, 'inner']))[0]!
      const answers = await Promise.all([moveFolder(a, { folderId: b }), moveFolder(b, { folderId: a })])
      const outcomes = answers.map(outcomeOf)
      expect(outcomes.filter((outcome) => outcome === '200').length, outcomes.join()).toBeLessThanOrEqual(1)
      for (const outcome of outcomes) expect(['200', '409 folder_loop', '503 store_unavailable']).toContain(outcome)
      const places = (await Promise.all([folderOf(a), folderOf(b)])).map(({ folderId }) => folderId)
      expect(places).toContain('root')
    }
  })

  test('is never put below itself by a ring of moves at once', async () => {
    const ids = (await Promise.all([1, 2, 3, 4].map((n) => nest([`ring ${n}`])))).flat()
    await Promise.all(ids.map((id, n) => moveFolder(id, { folderId: ids[(n + 1) % ids.length]! })))
    const places = await Promise.all(ids.map(folderOf))
    expect(places.map(({ folderId }) => folderId)).toContain('root')
  })

  test('is never moved so that anything would be too deep', async () => {
    const deep = await nest(Array.from({ length: 15 }, (_, n) => `deep ${n}`))
    const [top, middle, last] = await nest(['three', 'levels', 'more'])
    expectProblem(await moveFolder(top!, { folderId: deep[14]! }), 409, 'too_deep')
    expectProblem(await moveFolder(top!, { folderId: deep[13]! }), 409, 'too_deep')
    await must(200, moveFolder(top!, { folderId: deep[12]! }))
    expectProblem(
      await call('POST', '/folders', { token: user.token, json: { name: 'x', folderId: last } }),
      409,
      'too_deep',
    )
    expect(await namesIn(user, middle)).toEqual(['more'])
    await must(200, moveFolder(top!, { folderId: 'root' }))
  })

  test('of the name and in the place of another is refused', async () => {
    const [a] = await nest(['one of two'])
    const [b] = await nest(['two of two'])
    expectProblem(await moveFolder(a!, { name: 'two of two' }), 409, 'name_taken')
    await must(200, moveFolder(a!, { folderId: b! }))
    const [inner] = await nest(['one of two'])
    expectProblem(await moveFolder(inner!, { folderId: b! }), 409, 'name_taken')
  })

  test('moved by many at once is in one place, which lists it', async () => {
    const [moved] = await nest(['moved by many'])
    const targets = (await Promise.all(Array.from({ length: 8 }, (_, n) => nest([`target ${n}`])))).flat()
    await Promise.all(targets.map((folderId) => moveFolder(moved!, { folderId })))
    const { folderId } = await folderOf(moved!)
    const listing = await Promise.all(targets.map((id) => namesIn(user, id)))
    expect(targets.filter((_, n) => listing[n]?.includes('moved by many'))).toEqual([folderId])
  })
})

describe('If-Match', () => {
  test.each(['files', 'folders'] as const)('holds for changes of %s', async (kind) => {
    const made = kind === 'files' ? await upload(user, { name: 'matched' }) : await createFolder(user, 'matched folder')
    for (const tag of ['"2"', '"0"', 'W/"1"', '1', '"x"']) {
      expectProblem(await patch(kind, made.id, { name: `not ${kind}` }, tag), 412, 'version_conflict')
      const headers = { 'if-match': tag }
      const gone = await call('DELETE', `/${kind}/${made.id}`, { token: user.token, headers })
      expectProblem(gone, 412, 'version_conflict')
    }
    const once = await must(200, patch<FolderView>(kind, made.id, { name: `now ${kind}` }, '"1"'))
    expect(once.revision).toBe(2)
    // The answer may have been lost: the same change again is the same change.
    expect(await must(200, patch(kind, made.id, { name: `now ${kind}` }, '"1"'))).toEqual(once)
    expectProblem(await patch(kind, made.id, { name: `then ${kind}` }, '"1"'), 412, 'version_conflict')
    await must(200, patch(kind, made.id, { name: `then ${kind}` }, '*'))
    const headers = { 'if-match': '"3"' }
    await must(204, call('DELETE', `/${kind}/${made.id}`, { token: user.token, headers }))
  })

  test('lets one of many changes at once through', async () => {
    const { id } = await createFolder(user, 'changed at once')
    const answers = await Promise.all(
      Array.from({ length: PARALLEL / 4 }, (_, n) => moveFolder(id, { name: `changed ${n}` }, '"1"')),
    )
    const done = answers.filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(await folderOf(id)).toMatchObject({ name: done[0]!.body.name, revision: 2 })
  })
})
