import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  createFolder,
  expectContent,
  expectUsage,
  type FileView,
  fileOf,
  must,
  namesIn,
  newUser,
  type User,
  upload,
} from '../files.ts'
import { randomContent } from '../s3.ts'

const content = randomContent(700)
let user: User
let file: FileView

beforeAll(async () => {
  user = await newUser()
  file = await upload(user, { name: 'original', content })
})

const copy = (id: string, json: object, headers: Record<string, string> = {}) =>
  call<FileView>('POST', `/files/${id}/copies`, { token: user.token, json, headers })

describe('a copy of a file', () => {
  test('has the same content, a life of its own, and takes no room', async () => {
    const { id: folder } = await createFolder(user, 'for copies')
    const made = await must(201, copy(file.id, { folderId: folder }))
    expect(made).toMatchObject({ name: 'original', folderId: folder, revision: 1, version: 1, checksum: file.checksum })
    expect(made.id).not.toBe(file.id)
    const second = await must(201, copy(made.id, { name: 'of a copy' }))
    expect(second.folderId).toBe(folder)
    await expectUsage(user, 700)
    await upload(user, { name: 'original', folderId: folder, content: randomContent(10) })
    await expectContent(user, file.id, content)
    await expectContent(user, second.id, content)
    expect(await fileOf(user, file.id)).toEqual(file)
  })

  test('holds its content when the original is removed for good', async () => {
    const other = randomContent(40)
    const original = await upload(user, { name: 'to be removed', content: other })
    const made = await must(201, copy(original.id, { name: 'to stay' }))
    await must(204, call('DELETE', `/files/${original.id}`, { token: user.token }))
    await must(204, call('DELETE', `/trash/${original.id}`, { token: user.token }))
    await upload(user, { name: 'afterwards' })
    await expectContent(user, made.id, other)
  })

  test('is refused where the name is taken, and of and into what is not there', async () => {
    expectProblem(await copy(file.id, {}), 409, 'name_taken')
    expectProblem(await copy(file.id, { name: 'original' }), 409, 'name_taken')
    expectProblem(await copy(file.id, { name: 'a/b' }), 400, 'name_invalid')
    expectProblem(await copy(file.id, { folderId: 'x'.repeat(22) }), 404, 'folder_not_found')
    const stranger = await aStranger()
    const { id: place } = await createFolder(stranger, 'of copies')
    const theirs = await upload(stranger, { name: 'theirs', folderId: place })
    const { id: folder } = await createFolder(stranger, 'theirs too', place)
    for (const id of [theirs.id, folder, 'x'.repeat(22)]) expectProblem(await copy(id, {}), 404, 'file_not_found')
    expectProblem(await copy(file.id, { folderId: folder }), 404, 'folder_not_found')
    expect(await namesIn(stranger, place)).toEqual(['theirs', 'theirs too'])
  })

  test('is made once with an Idempotency-Key, for one request', async () => {
    const headers = { 'idempotency-key': 'copy-1' }
    const made = await must(201, copy(file.id, { name: 'copied once' }, headers))
    expect(await must(201, copy(file.id, { name: 'copied once' }, headers))).toEqual(made)
    expectProblem(await copy(file.id, { name: 'copied twice' }, headers), 422, 'idempotency_key_reused')
    expectProblem(await copy(file.id, { name: 'copied once' }), 409, 'name_taken')
  })
})
