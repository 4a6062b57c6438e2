import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { signIn } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import {
  aStranger,
  beginUpload,
  complete,
  createFolder,
  endUpload,
  expectContent,
  expectUsage,
  fileOf,
  MIB,
  must,
  newUser,
  SOON,
  type UploadView,
  type User,
} from '../files.ts'
import { partsOf, putParts, signParts, uploadPage } from '../multipart.ts'
import { callS3, expectRefusal, putTo, randomContent, sha256 } from '../s3.ts'

const SIZE = 40 * MIB
const PART = 16 * MIB
const content = randomContent(SIZE)
const parts = partsOf(content, PART)

let user: User

beforeAll(async () => {
  user = await newUser()
})

async function begin(name: string, folderId = 'root'): Promise<UploadView> {
  const { upload, put } = await must(201, beginUpload(user, { name, folderId, size: SIZE, type: 'video/mp4' }))
  expect(put).toBeUndefined()
  return upload
}

const state = async (id: string) => (await must(200, uploadPage(user, id))).upload

async function ready(id: string): Promise<string> {
  await expect.poll(async () => (await state(id)).state, SOON).not.toBe('pending')
  const { state: after, why, fileId } = await state(id)
  expect({ after, why }).toEqual({ after: 'ready', why: undefined })
  return fileId!
}

describe('a file of 40 MiB', () => {
  test('goes in three parts, in any order, on several devices, one of them twice', async () => {
    const { id, partSize } = await begin('in parts')
    expect(partSize).toBe(PART)
    const [first, second, third] = parts
    await putParts(user, id, [third!])
    await putParts(user, id, [first!])

    const tablet = { ...user, token: (await signIn(user)).accessToken }
    const { uploads } = await must(200, call<{ uploads: UploadView[] }>('GET', '/uploads', { token: tablet.token }))
    expect(uploads).toMatchObject([{ id, state: 'pending', name: 'in parts', size: SIZE, partSize: PART }])
    const { parts: there } = await must(200, uploadPage(tablet, id))
    expect(there).toMatchObject([first!, third!].map(({ bytes: _, ...part }) => part))
    expect((await must(200, uploadPage(tablet, id, '?after=1'))).parts.map(({ number }) => number)).toEqual([3])

    await putParts(tablet, id, [second!, first!])
    await expectUsage(user, SIZE, 1)
    const { upload } = await must(202, complete(tablet, id))
    expect(upload.state).toBe('pending')
    const fileId = await ready(id)
    const whole = createHash('sha256')
    for (const part of parts) whole.update(Buffer.from(part.sha256, 'base64'))
    const checksum = { algorithm: 'SHA-256', value: `${whole.digest('base64')}-3`, partSize: PART }
    const file = await fileOf(user, fileId)
    expect(file).toMatchObject({ name: 'in parts', size: SIZE, type: 'video/mp4', checksum, version: 1, revision: 1 })
    await expectContent(user, fileId, content)
    await expectUsage(user, SIZE, 0)

    await must(200, complete(user, id))
    expect((await must(200, uploadPage(user, id))).parts).toEqual([])
    expectProblem(await signParts(user, id, [first!]), 409, 'upload_finished')
    expectProblem(await endUpload(user, id), 409, 'upload_finished')
    expect(await fileOf(user, fileId)).toEqual(file)
  })

  test('takes no part that it does not have, and none that is not what was announced', async () => {
    const { id } = await begin('refused parts')
    const [first, , third] = parts
    const refused = [
      { ...first!, number: 0 },
      { ...first!, number: -1 },
      { ...first!, number: 4 },
      { ...first!, size: PART - 1 },
      { ...first!, size: PART + 1 },
      { ...third!, number: 2 },
      { ...third!, size: PART },
      { ...third!, size: 0 },
    ]
    for (const part of refused) expectProblem(await signParts(user, id, [part]), 400, 'part_refused')
    expectProblem(await signParts(user, id, [first!, { ...third!, number: 9 }]), 400, 'part_refused')

    const { parts: urls } = await must(200, signParts(user, id, [third!]))
    const put = urls[0]!
    const bytes = third!.bytes
    expect(put).toMatchObject({ number: 3, method: 'PUT', headers: { 'x-amz-checksum-sha256': third!.sha256 } })
    const mismatch = [403, 'SignatureDoesNotMatch'] as const
    expectRefusal(await putTo(put, bytes.slice(1)), mismatch)
    expectRefusal(
      await putTo(put, randomContent(bytes.length)),
      [400, 'BadDigest'],
      [400, 'XAmzContentChecksumMismatch'],
    )
    const lying = { ...put, headers: { 'x-amz-checksum-sha256': sha256(bytes.slice(1)) } }
    expectRefusal(await putTo(lying, bytes), mismatch)
    for (const [from, to] of [
      ['partNumber=3', 'partNumber=2'],
      [/uploadId=[^&]+/, 'uploadId=another'],
      [/[?&](partNumber|uploadId)=[^&]+/g, ''],
    ] as const) {
      expect((await putTo({ ...put, url: put.url.replace(from, to) }, bytes)).status).toBe(403)
    }
    for (const method of ['GET', 'DELETE', 'POST']) expect((await callS3(method, put.url)).status).toBe(403)
    expect((await must(200, uploadPage(user, id))).parts).toEqual([])
    await must(204, endUpload(user, id))
  })

  test('is not complete with gaps, and nothing changes by saying so', async () => {
    const folder = await createFolder(user, 'of large files')
    const { id } = await begin('with gaps', folder.id)
    for (const some of [[], [parts[0]!], [parts[2]!]]) {
      await putParts(user, id, some)
      expectProblem(await complete(user, id), 409, 'upload_incomplete')
      expect((await state(id)).state).toBe('pending')
    }
    expect((await must(200, uploadPage(user, id))).parts.map(({ number }) => number)).toEqual([1, 3])
    await putParts(user, id, [parts[1]!])
    for (const { status } of await Promise.all([1, 2, 3].map(() => complete(user, id)))) {
      // By the last of them it may be together already.
      expect([200, 202]).toContain(status)
    }
    await expectContent(user, await ready(id), content)
  })

  test('is thrown away when its upload is ended, with the URLs that were given out', async () => {
    const before = (await must(200, uploadPage(user, (await begin('begun before')).id))).upload
    const { id } = await begin('ended')
    const used = SIZE * 2
    await expectUsage(user, used + 2 * SIZE, 2)
    await putParts(user, id, [parts[0]!])
    const { parts: urls } = await must(200, signParts(user, id, [parts[2]!]))
    await must(204, endUpload(user, id))
    await must(204, endUpload(user, id))
    await expectUsage(user, used + SIZE, 1)
    expect(await state(id)).toMatchObject({ state: 'dead', why: 'ended' })
    expectProblem(await signParts(user, id, [parts[0]!]), 409, 'upload_dead')
    expectProblem(await complete(user, id), 409, 'upload_dead')
    const late = async () => (await putTo(urls[0]!, parts[2]!.bytes)).status
    await expect.poll(late, SOON).toBe(404)
    await must(204, endUpload(user, before.id))
    await expectUsage(user, used, 0)
  })
})

test('a large file that a folder of its name was faster than becomes none', async () => {
  const someone = await newUser()
  const size = parts[2]!.size + PART
  const { upload: begun } = await must(201, beginUpload(someone, { name: 'rivals', size }))
  await putParts(someone, begun.id, [parts[0]!, { ...parts[2]!, number: 2 }])
  await createFolder(someone, 'rivals')
  await must(202, complete(someone, begun.id))
  await expectUsage(someone, 0)
  expect((await must(200, uploadPage(someone, begun.id))).upload).toMatchObject({ state: 'dead', why: 'name_taken' })
  expectProblem(await complete(someone, begun.id), 409, 'upload_dead')
})

describe('an upload is known to nobody but who began it', () => {
  test('and to nobody by an id that is none', async () => {
    const { id } = await begin('of one')
    const stranger = await aStranger()
    for (const other of [id, 'x'.repeat(22)]) {
      const asks: Promise<{ status: number; body: unknown }>[] = [
        uploadPage(stranger, other),
        signParts(stranger, other, [parts[0]!]),
        complete(stranger, other),
        endUpload(stranger, other),
      ]
      for (const answer of await Promise.all(asks)) {
        expect(answer).toMatchObject({ status: 404, body: { code: 'upload_not_found' } })
      }
    }
    const { uploads } = await must(200, call<{ uploads: UploadView[] }>('GET', '/uploads', { token: stranger.token }))
    expect(uploads.map((upload) => upload.id)).not.toContain(id)
    expect((await state(id)).state).toBe('pending')
    await must(204, endUpload(user, id))
  })
})
