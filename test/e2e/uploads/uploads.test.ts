import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  beginUpload,
  children,
  complete,
  createFolder,
  expectContent,
  expectUsage,
  fileOf,
  MIB,
  must,
  namesIn,
  newUser,
  SOON,
  send,
  type UploadView,
  type User,
  upload,
} from '../files.ts'
import { PARALLEL } from '../pace.ts'
import { callS3, mustPut, putTo, randomContent, sha256 } from '../s3.ts'

const run = promisify(execFile)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

let user: User

beforeAll(async () => {
  user = await newUser()
})

const describing = (content: Uint8Array) => ({ size: content.length, sha256: sha256(content) })

async function listed(folderId: string) {
  return (await must(200, children(user, folderId))).items
}

describe('a file of up to 16 MiB', () => {
  test.each([0, 1, 1000, 16 * MIB])('of %d bytes is sent by one PUT and comes back byte for byte', async (size) => {
    const content = randomContent(size)
    const name = `of ${size} bytes`
    const file = await upload(user, { name, content, type: 'image/png' })
    const checksum = { algorithm: 'SHA-256', value: sha256(content) }
    const common = { kind: 'file', name, folderId: 'root', changedBy: user.id, revision: 1, version: 1 }
    expect(file).toMatchObject({ ...common, size, type: 'image/png', checksum })
    await expectContent(user, file.id, content)
  })

  test.skipIf(!hasCurl)('is sent by curl as well, with the headers that were given', async () => {
    const content = randomContent(70_000)
    const folder = await mkdtemp(join(tmpdir(), 'lethe-curl-'))
    try {
      await writeFile(join(folder, 'content'), content)
      const { upload: begun, put } = await must(201, beginUpload(user, { name: 'by curl', ...describing(content) }))
      const headers = Object.entries(put!.headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
      const from = ['--upload-file', join(folder, 'content')]
      await run('curl', ['--silent', '--fail', '--request', put!.method, ...headers, ...from, put!.url])
      const { upload: ready } = await must(200, complete(user, begun.id))
      await expectContent(user, ready.fileId!, content)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('is listed once S3 has told of it, though no client completes it', async () => {
    const folder = await createFolder(user, 'by the event alone')
    const content = randomContent(500)
    const { id } = await send(user, { name: 'arrived', folderId: folder.id, content })
    await expect.poll(() => namesIn(user, folder.id), SOON).toEqual(['arrived'])
    const { upload: ready } = await must(
      200,
      call<{ upload: UploadView }>('GET', `/uploads/${id}`, { token: user.token }),
    )
    expect(ready.state).toBe('ready')
    await expectContent(user, ready.fileId!, content)
  })

  test('is listed nowhere, and no file, before its content is there', async () => {
    const folder = await createFolder(user, 'of nothing yet')
    const asked = { name: 'not sent', folderId: folder.id, ...describing(randomContent(9)) }
    const { upload: begun } = await must(201, beginUpload(user, asked))
    expect(begun).toMatchObject({ state: 'pending', name: 'not sent', folderId: folder.id, size: 9 })
    expect(begun).not.toHaveProperty('fileId')
    expectProblem(await complete(user, begun.id), 409, 'upload_incomplete')
    expectProblem(await call('GET', `/files/${begun.id}`, { token: user.token }), 404, 'file_not_found')
    expect(await listed(folder.id)).toEqual([])
  })

  test('is one file however often and however much at once it is completed', async () => {
    const folder = await createFolder(user, 'completed often')
    const { id } = await send(user, { name: 'once', folderId: folder.id })
    const answers = await Promise.all(Array.from({ length: PARALLEL / 8 }, () => complete(user, id)))
    const again = await complete(user, id)
    const ids = [...answers, again].map(({ body }) => body.upload.fileId)
    expect(new Set(ids).size).toBe(1)
    const items = await listed(folder.id)
    expect(items).toMatchObject([{ id: ids[0], revision: 1, version: 1 }])
  })

  test('keeps the media type it was announced with, or is of no type in particular', async () => {
    const typed = await upload(user, { name: 'typed', type: 'text/plain; charset=utf-8' })
    expect(typed.type).toBe('text/plain; charset=utf-8')
    expect((await upload(user, { name: 'untyped' })).type).toBe('application/octet-stream')
  })
})

test('a path leads to a folder as well as its id does', async () => {
  const outer = await createFolder(user, 'outer')
  const inner = await createFolder(user, 'inner', outer.id)
  const content = randomContent(10)
  const begin = (path: string) => beginUpload(user, { path, ...describing(content) })
  const { upload: begun, put } = await must(201, begin('outer/inner/by path'))
  await mustPut(put!, content)
  const { upload: ready } = await must(200, complete(user, begun.id))
  expect(await fileOf(user, ready.fileId!)).toMatchObject({ folderId: inner.id, name: 'by path' })
  for (const path of ['nowhere/a', 'outer/inner/by path/a', 'outer/nowhere/a']) {
    expectProblem(await begin(path), 404, 'folder_not_found')
  }
  for (const path of ['/a', 'outer//a', '../a', 'outer/../a', 'outer/', '', 'outer/inner/.']) {
    expectProblem(await begin(path), 400, 'name_invalid')
  }
})

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'the-first-of-mine' }
  const content = randomContent(300)

  test('makes parallel repetitions one upload, with room taken once', async () => {
    const someone = await newUser()
    const asked = { name: 'kept once', ...describing(content) }
    const begun = await Promise.all(
      Array.from({ length: PARALLEL / 4 }, () =>
        call<{ upload: UploadView }>('POST', '/files', { token: someone.token, json: asked, headers, mayBeBusy: true }),
      ),
    )
    const made = begun.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ body }) => body.upload.id)).size).toBe(1)
    await expectUsage(someone, content.length, 1)

    const { upload: again, put } = await must(201, beginUpload(someone, asked, headers))
    await mustPut(put!, content)
    const { upload: ready } = await must(200, complete(someone, again.id))
    const after = await must(201, beginUpload(someone, asked, headers))
    expect(after).toMatchObject({ upload: { id: again.id, state: 'ready', fileId: ready.fileId } })
    expect(after.put).toBeUndefined()
    await expectUsage(someone, content.length, 0)
  })

  test('of another request is refused, and says nothing to another user', async () => {
    const own = { 'idempotency-key': 'of-two-users' }
    const asked = { name: 'mine', ...describing(content) }
    const { upload: mine } = await must(201, beginUpload(user, asked, own))
    for (const change of [{ name: 'other' }, { type: 'image/png' }, describing(randomContent(300)), { size: 301 }]) {
      expectProblem(await beginUpload(user, { ...asked, ...change }, own), 422, 'idempotency_key_reused')
    }
    const other = await aStranger()
    const { upload: theirs } = await must(201, beginUpload(other, asked, own))
    expect(theirs.id).not.toBe(mine.id)
  })

  test('that is none is refused', async () => {
    for (const key of ['a b', 'é', 'x'.repeat(256)]) {
      const answer = await beginUpload(user, { name: 'x', ...describing(content) }, { 'idempotency-key': key })
      expectProblem(answer, 400, 'invalid_input')
    }
  })
})

test('two uploads of one new name, at once, become one file of two versions', async () => {
  const folder = await createFolder(user, 'of one name')
  const given = { name: 'the same', folderId: folder.id }
  const sent = await Promise.all([send(user, given), send(user, given)])
  await Promise.all(sent.map(({ id }) => must(200, complete(user, id))))
  const [file, ...others] = await listed(folder.id)
  expect(others).toEqual([])
  expect(file).toMatchObject({ name: 'the same', version: 2 })
})

test('a name that a folder has taken is refused, and so is what arrives too late for it', async () => {
  await createFolder(user, 'taken')
  const content = randomContent(20)
  expectProblem(await beginUpload(user, { name: 'taken', ...describing(content) }), 409, 'name_taken')
  const { upload: begun, put } = await must(201, beginUpload(user, { name: 'taken later', ...describing(content) }))
  await createFolder(user, 'taken later')
  expect((await putTo(put!, content)).status).toBe(200)
  expectProblem(await complete(user, begun.id), 409, 'upload_dead')
  const { upload: dead } = await must(
    200,
    call<{ upload: UploadView }>('GET', `/uploads/${begun.id}`, { token: user.token }),
  )
  expect(dead).toMatchObject({ state: 'dead', why: 'name_taken' })
})

test('the URL of an upload opens nothing else', async () => {
  const content = randomContent(20)
  const { put } = await must(201, beginUpload(user, { name: 'only put', ...describing(content) }))
  for (const method of ['GET', 'HEAD', 'DELETE', 'POST']) {
    expect((await callS3(method, put!.url, { headers: put!.headers })).status).toBe(403)
  }
})
