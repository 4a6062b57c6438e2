import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  children,
  createFolder,
  endUpload,
  expectContent,
  expectUsage,
  type FileView,
  type FolderView,
  fileOf,
  must,
  namesIn,
  newUser,
  outcomeOf,
  SOON,
  send,
  type User,
  upload,
} from '../files.ts'
import { signParts } from '../multipart.ts'
import { PARALLEL } from '../pace.ts'
import { randomContent } from '../s3.ts'

type Trashed = { item: FileView | FolderView; trashedAt: string; trashedBy: string; goneAt: string }
type TrashPage = { trashed: Trashed[]; nextCursor?: string }

let user: User
/** Of whom room and pages are counted. */
let someone: User

beforeAll(async () => {
  ;[user, someone] = await Promise.all([newUser(), newUser()])
})

const ask = (method: string, path: string, json?: object, by = user) =>
  call<FileView | FolderView>(method, path, { token: by.token, mayBeBusy: true, ...(json ? { json } : {}) })
const trash = (item: { id: string; kind: string }) => must(204, ask('DELETE', `/${item.kind}s/${item.id}`))
const restore = (id: string, json: object = {}, by = user) => ask('POST', `/trash/${id}/restoration`, json, by)
const remove = (id: string, by = user) => ask('DELETE', `/trash/${id}`, undefined, by)
const page = (query = 'limit=100', by = user) =>
  must(200, call<TrashPage>('GET', `/trash?${query}`, { token: by.token }))
const trashedIds = async () => (await page()).trashed.map(({ item }) => item.id)
const notFound = async (id: string) => expectProblem(await ask('GET', `/files/${id}`), 404, 'file_not_found')

/** A tree of two folders with a file in the lower one. */
async function plant(name: string) {
  const top = await createFolder(user, name)
  const inner = await createFolder(user, 'inner', top.id)
  const content = randomContent(100)
  const file = await upload(user, { name: 'file', folderId: inner.id, content })
  return { top, inner, file, content }
}

describe('what is trashed', () => {
  test('is listed nowhere else, and kept for thirty days', async () => {
    const file = await upload(user, { name: 'thrown away' })
    await trash(file)
    await notFound(file.id)
    expect(await namesIn(user)).not.toContain('thrown away')
    const entry = (await page()).trashed.find(({ item }) => item.id === file.id)
    expect(entry).toMatchObject({ item: file, trashedBy: user.id })
    expect(Date.parse(entry!.goneAt) - Date.parse(entry!.trashedAt)).toBe(30 * 86_400_000)
    expectProblem(await ask('DELETE', `/files/${file.id}`), 404, 'file_not_found')
  })

  test('comes back as it was, and again as if it had been once', async () => {
    const content = randomContent(30)
    const file = await upload(user, { name: 'to come back', content })
    await trash(file)
    const back = await must(200, restore(file.id))
    expect(back).toMatchObject({ id: file.id, name: file.name, folderId: 'root', version: 1, checksum: file.checksum })
    expect(await must(200, restore(file.id))).toEqual(back)
    expect(await trashedIds()).not.toContain(file.id)
    await expectContent(user, file.id, content)
  })

  test('leaves its name to others, and comes back under another or elsewhere', async () => {
    const file = await upload(user, { name: 'wanted' })
    await trash(file)
    const rival = await upload(user, { name: 'wanted' })
    expect(rival.id).not.toBe(file.id)
    expectProblem(await restore(file.id), 409, 'name_taken')
    expect(await trashedIds()).toContain(file.id)
    expectProblem(await restore(file.id, { name: '../wanted' }), 400, 'name_invalid')
    const folder = await createFolder(user, 'for the wanted')
    expect(await must(200, restore(file.id, { folderId: folder.id }))).toMatchObject({ folderId: folder.id })
    await trash(file)
    expect(await must(200, restore(file.id, { folderId: 'root', name: 'unwanted' }))).toMatchObject({
      name: 'unwanted',
    })
  })

  test('is restored and trashed by many at once to one end', async () => {
    const file = await upload(user, { name: 'to and fro' })
    await Promise.all(Array.from({ length: 8 }, () => ask('DELETE', `/files/${file.id}`)))
    expect((await trashedIds()).filter((id) => id === file.id)).toHaveLength(1)
    const answers = await Promise.all(Array.from({ length: 8 }, () => restore(file.id)))
    expect(answers.map(outcomeOf)).toContain('200')
    expect((await namesIn(user)).filter((name) => name === 'to and fro')).toHaveLength(1)
    expect(await trashedIds()).not.toContain(file.id)
  })

  test('is listed in pages, newest first', async () => {
    const ids: string[] = []
    for (const n of [1, 2, 3, 4, 5]) {
      const { id } = await createFolder(someone, `folder ${n}`)
      await must(204, ask('DELETE', `/folders/${id}`, undefined, someone))
      ids.push(id)
    }
    const found: Trashed[] = []
    let query = 'limit=2'
    for (;;) {
      const { trashed, nextCursor } = await page(query, someone)
      found.push(...trashed)
      if (nextCursor === undefined) break
      query = `limit=2&cursor=${encodeURIComponent(nextCursor)}`
    }
    expect(found.map(({ item }) => item.id).toSorted()).toEqual(ids.toSorted())
    const times = found.map(({ trashedAt }) => trashedAt)
    expect(times).toEqual(times.toSorted().toReversed())
  })
})

describe('a trashed folder', () => {
  test('takes all below it along, from the next request on, by whatever way it is asked for', async () => {
    const { top, inner, file } = await plant('a tree')
    await trash(top)
    await notFound(file.id)
    const folder = [404, 'folder_not_found'] as const
    expectProblem(await ask('GET', `/files/${file.id}/content`), 404, 'file_not_found')
    expectProblem(await ask('GET', `/folders/${inner.id}`), ...folder)
    expectProblem(await children(user, inner.id), ...folder)
    expectProblem(await ask('POST', '/folders', { name: 'new', folderId: inner.id }), ...folder)
    const upload = { name: 'new', folderId: inner.id, size: 2 ** 30 }
    expectProblem(await ask('POST', '/files', upload), ...folder)
    expectProblem(await ask('PATCH', `/files/${file.id}`, { folderId: 'root' }), 404, 'file_not_found')
    expectProblem(await ask('GET', `/items/${file.id}/metadata`), 404, 'item_not_found')
    expectProblem(await restore(file.id), 404, 'item_not_found')
    const ids = await trashedIds()
    expect(ids).toContain(top.id)
    expect(ids).not.toContain(file.id)
  })

  test('comes back with all of it', async () => {
    const { top, inner, file, content } = await plant('a tree to come back')
    const place = await createFolder(user, 'new place')
    await trash(top)
    await must(200, restore(top.id, { folderId: place.id }))
    expect(await namesIn(user, inner.id)).toEqual(['file'])
    expect(await fileOf(user, file.id)).toEqual(file)
    await expectContent(user, file.id, content)
  })

  test('gives what was trashed in it no place to come back to, but another', async () => {
    const { top, file } = await plant('a tree of trash')
    await trash(file)
    await trash(top)
    expectProblem(await restore(file.id), 404, 'folder_not_found')
    expectProblem(await restore(top.id, { folderId: top.id }), 404, 'folder_not_found')
    await must(200, restore(file.id, { folderId: 'root', name: 'saved from the tree' }))
  })

  test('takes no upload that began before', async () => {
    const { inner, top } = await plant('a tree of uploads')
    const asked = { name: 'large', folderId: inner.id, size: 20 * 2 ** 20 }
    const { upload: begun } = await must(
      201,
      call<{ upload: { id: string } }>('POST', '/files', { token: user.token, json: asked }),
    )
    const small = await send(user, { name: 'small', folderId: inner.id })
    await trash(top)
    const part = { number: 1, size: 16 * 2 ** 20, sha256: (await plant('other')).file.checksum.value }
    expectProblem(await signParts(user, begun.id, [part]), 404, 'folder_not_found')
    await must(204, endUpload(user, begun.id))
    // Its event may have come before the folder went.
    const { status } = await ask('POST', `/uploads/${small.id}/completion`)
    expect([200, 409]).toContain(status)
  })
})

describe('what is removed from the trash', () => {
  test('is gone at once, and its room is free soon', async () => {
    const folder = await createFolder(someone, 'folder')
    const inner = await createFolder(someone, 'inner', folder.id)
    const given = { name: 'file', folderId: inner.id }
    const file = await upload(someone, { ...given, content: randomContent(1000) })
    await upload(someone, { ...given, content: randomContent(500) })
    await upload(someone, { name: 'other', folderId: folder.id, content: randomContent(50) })
    await must(200, ask('PUT', `/items/${file.id}/metadata`, { custom: { a: 1 }, tags: [] }, someone))
    await expectUsage(someone, 1550)
    await must(204, ask('DELETE', `/folders/${folder.id}`, undefined, someone))
    await expectUsage(someone, 1550)
    await must(204, remove(folder.id, someone))
    expect((await page('', someone)).trashed.map(({ item }) => item.id)).not.toContain(folder.id)
    expectProblem(await restore(folder.id, {}, someone), 404, 'item_not_found')
    await expectUsage(someone, 0)
    expectProblem(await remove(folder.id, someone), 404, 'item_not_found')
  })

  test('frees its room once, however many remove it', async () => {
    const file = await upload(someone, { name: 'file', content: randomContent(300) })
    await upload(someone, { name: 'to stay', content: randomContent(7) })
    await must(204, ask('DELETE', `/files/${file.id}`, undefined, someone))
    const answers = await Promise.all(Array.from({ length: PARALLEL / 8 }, () => remove(file.id, someone)))
    expect(answers.map(outcomeOf)).toContain('204')
    await expectUsage(someone, 7)
  })

  test('is mine, and in the trash', async () => {
    const file = await upload(user, { name: 'still used' })
    expectProblem(await remove(file.id), 404, 'item_not_found')
    await trash(file)
    const stranger = await aStranger()
    expectProblem(await remove(file.id, stranger), 404, 'item_not_found')
    expectProblem(await restore(file.id, {}, stranger), 404, 'item_not_found')
    expect((await page('', stranger)).trashed).toEqual([])
    for (const id of [user.id, 'x'.repeat(22)]) {
      expectProblem(await remove(id), 404, 'item_not_found')
      expectProblem(await restore(id), 404, 'item_not_found')
    }
    await must(200, restore(file.id))
  })
})

test('a deleted account takes its files along', async () => {
  const [leaver, guest] = [someone, await aStranger()]
  const file = await upload(leaver, { name: 'left behind' })
  const json = { email: guest.email, access: 'read' }
  await must(201, ask('POST', `/items/${file.id}/shares`, json, leaver))
  await must(200, ask('POST', `/shared-with-me/${file.id}/acceptance`, undefined, guest))
  await must(200, ask('GET', `/files/${file.id}`, undefined, guest))
  await must(204, ask('DELETE', '/me', undefined, leaver))
  const seen = async () => (await ask('GET', `/files/${file.id}`, undefined, guest)).status
  await expect.poll(seen, SOON).toBe(404)
})
