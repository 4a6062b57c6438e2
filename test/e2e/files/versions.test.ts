import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  type Checksum,
  createFolder,
  expectContent,
  expectUsage,
  type FileView,
  fileOf,
  must,
  newUser,
  outcomeOf,
  type User,
  upload,
} from '../files.ts'
import { randomContent } from '../s3.ts'

type Version = { version: number; size: number; type: string; checksum: Checksum; addedBy: string; current: boolean }
type VersionPage = { versions: Version[]; nextCursor?: string }

const contents = [1, 2, 3].map((n) => randomContent(n * 100))
let user: User
let file: FileView

beforeAll(async () => {
  user = await newUser()
  for (const content of contents) file = await upload(user, { name: 'again and again', content })
})

const versions = (id: string, query = '', by = user) =>
  call<VersionPage>('GET', `/files/${id}/versions${query}`, { token: by.token })
const restore = (id: string, version: number | string, headers: Record<string, string> = {}) =>
  call<FileView>('POST', `/files/${id}/versions/${version}/restoration`, {
    token: user.token,
    headers,
    mayBeBusy: true,
  })
const remove = (id: string, version: number | string, by = user) =>
  call('DELETE', `/files/${id}/versions/${version}`, { token: by.token, mayBeBusy: true })
const numbers = async (id: string) => (await must(200, versions(id))).versions.map(({ version }) => version)

describe('a new upload to a name that is there', () => {
  test('keeps the file and what it held before', async () => {
    expect(file).toMatchObject({ version: 3, revision: 3, size: 300 })
    const { versions: all } = await must(200, versions(file.id))
    expect(all.map(({ version, size, current }) => ({ version, size, current }))).toEqual([
      { version: 3, size: 300, current: true },
      { version: 2, size: 200, current: false },
      { version: 1, size: 100, current: false },
    ])
    for (const { addedBy } of all) expect(addedBy).toBe(user.id)
    await expectContent(user, file.id, contents[2]!)
    for (const n of [1, 2, 3]) await expectContent(user, file.id, contents[n - 1]!, `?version=${n}`)
    await expectUsage(user, 600)
  })

  test('is listed in pages', async () => {
    const seen: number[] = []
    let query = '?limit=1'
    for (;;) {
      const { versions: some, nextCursor } = await must(200, versions(file.id, query))
      seen.push(...some.map(({ version }) => version))
      if (nextCursor === undefined) break
      query = `?limit=1&cursor=${encodeURIComponent(nextCursor)}`
    }
    expect(seen).toEqual([3, 2, 1])
    const { nextCursor } = await must(200, versions(file.id, '?limit=1'))
    const other = await upload(user, { name: 'of another list' })
    expectProblem(await versions(other.id, `?cursor=${encodeURIComponent(nextCursor!)}`), 400, 'invalid_cursor')
  })
})

describe('an old version', () => {
  test('becomes the current one, and what was current an old one', async () => {
    const folder = await createFolder(user, 'of restored')
    const of = (content: (typeof contents)[0]) => upload(user, { name: 'restored', folderId: folder.id, content })
    const { id } = await of(contents[0]!)
    await of(contents[1]!)
    expectProblem(await restore(id, 1, { 'if-match': '"1"' }), 412, 'version_conflict')
    const answer = await restore(id, 1, { 'if-match': '"2"' })
    expect(answer.headers.get('etag')).toBe('"3"')
    expect(await must(200, Promise.resolve(answer))).toMatchObject({ id, version: 3, revision: 3, size: 100 })
    expect(await numbers(id)).toEqual([3, 2])
    await expectContent(user, id, contents[0]!)
    await expectContent(user, id, contents[1]!, '?version=2')
    for (const version of [1, 3, 9]) expectProblem(await restore(id, version), 404, 'version_not_found')
    for (const version of ['0', 'x', '-1', '1e3']) expectProblem(await restore(id, version), 400, 'invalid_input')
  })

  test('is restored by one of many at once', async () => {
    const given = { name: 'restored by many' }
    const { id } = await upload(user, given)
    await upload(user, given)
    const answers = await Promise.all(Array.from({ length: 8 }, () => restore(id, 1)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const others = answers.map(outcomeOf).filter((outcome) => outcome !== '200')
    for (const outcome of others) expect(['404 version_not_found', '503 store_unavailable']).toContain(outcome)
    expect(await numbers(id)).toEqual([3, 2])
  })

  test('is removed for good, and its room is free once; the current one is not', async () => {
    const someone = await newUser()
    const given = { name: 'removed' }
    const { id } = await upload(someone, { ...given, content: contents[0]! })
    await upload(someone, { ...given, content: contents[1]! })
    await expectUsage(someone, 300)
    expectProblem(await remove(id, 2, someone), 409, 'version_current')
    const answers = await Promise.all([1, 2, 3, 4].map(() => remove(id, 1, someone)))
    const outcomes = answers.map(outcomeOf)
    expect(outcomes.filter((outcome) => outcome === '204')).toHaveLength(1)
    for (const outcome of outcomes) {
      expect(['204', '404 version_not_found', '503 store_unavailable']).toContain(outcome)
    }
    await expectUsage(someone, 200)
    expect(await must(200, versions(id, '', someone))).toMatchObject({ versions: [{ version: 2, current: true }] })
    const { token } = someone
    const gone = await call('GET', `/files/${id}/content?version=1`, { token, headers: { accept: 'application/json' } })
    expectProblem(gone, 404, 'version_not_found')
    await expectContent(someone, id, contents[1]!)
  })

  test('is nothing to a stranger', async () => {
    const stranger = await aStranger()
    expectProblem(await versions(file.id, '', stranger), 404, 'file_not_found')
    expectProblem(await remove(file.id, 1, stranger), 404, 'file_not_found')
    const { token } = stranger
    expectProblem(await call('POST', `/files/${file.id}/versions/1/restoration`, { token }), 404, 'file_not_found')
    expect(await fileOf(user, file.id)).toEqual(file)
    expect(await numbers(file.id)).toEqual([3, 2, 1])
  })
})
