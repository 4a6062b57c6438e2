import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import {
  type Begun,
  beginUpload,
  complete,
  createFolder,
  endUpload,
  expectUsage,
  MIB,
  must,
  newUser,
  outcomeOf,
  send,
  type UploadView,
  type User,
  upload,
  usageOf,
} from '../files.ts'
import { PARALLEL, seconds } from '../pace.ts'
import { putTo, randomContent, sha256 } from '../s3.ts'

/** Counted by one test after the other: each but the last leaves it as empty as it was. */
let user: User

beforeAll(async () => {
  user = await newUser()
})

const uploadsOf = async ({ token }: User) =>
  (await must(200, call<{ uploads: UploadView[] }>('GET', '/uploads', { token }))).uploads

/** What is used while something goes on, and the most of it. */
async function mostUsedDuring(user: User, work: Promise<unknown>): Promise<number> {
  const end = work.then(() => 'ended')
  let most = 0
  for (;;) {
    most = Math.max(most, (await usageOf(user)).bytes.used)
    if ((await Promise.race([end, seconds(0.05)])) === 'ended') return most
  }
}

const reserve = (user: User, name: string, size: number) =>
  call<Begun>('POST', '/files', { token: user.token, json: { name, size }, mayBeBusy: true })

describe('the room of a user', () => {
  test('is not exceeded for a moment, however many uploads begin at once, and is given back once', async () => {
    const { bytes, uploads } = await usageOf(user)
    expect({ used: bytes.used, open: uploads.open }).toEqual({ used: 0, open: 0 })
    // Three quarters of them at most can fit.
    const size = Math.ceil(bytes.limit / (PARALLEL * 0.75))
    const fitting = Math.floor(bytes.limit / size)
    const asked = Array.from({ length: PARALLEL }, (_, n) => reserve(user, `of many ${n}`, size))
    expect(await mostUsedDuring(user, Promise.all(asked))).toBeLessThanOrEqual(bytes.limit)
    const answers = await Promise.all(asked)
    const begun = answers.filter(({ status }) => status === 201)
    const outcomes = new Set(answers.map(outcomeOf))
    expect(['201', '409 quota_exceeded', '503 store_unavailable']).toEqual(expect.arrayContaining([...outcomes]))
    expect(outcomes).toContain('409 quota_exceeded')
    expect(begun.length).toBeLessThanOrEqual(fitting)
    await expectUsage(user, begun.length * size, begun.length)

    const ended = begun.flatMap(({ body }) => [1, 2].map(() => body.upload.id))
    const ends = ended.map((id) => call('DELETE', `/uploads/${id}`, { token: user.token, mayBeBusy: true }))
    expect(await mostUsedDuring(user, Promise.all(ends))).toBeLessThanOrEqual(begun.length * size)
    for (const { body } of begun) await must(204, endUpload(user, body.upload.id))
    await expectUsage(user, 0)
    expect(await uploadsOf(user)).toEqual([])
  })

  test('is what a single upload may fill to the byte, and no byte more', async () => {
    const { bytes } = await usageOf(user)
    const { id: small } = await upload(user, { name: 'small', content: randomContent(100) })
    expectProblem(await reserve(user, 'too large', bytes.limit - 99), 409, 'quota_exceeded')
    const { upload: rest } = await must(201, reserve(user, 'the rest', bytes.limit - 100))
    await expectUsage(user, bytes.limit, 1)
    const one = { name: 'one more', size: 1, sha256: sha256(new Uint8Array(1)) }
    expectProblem(await beginUpload(user, one), 409, 'quota_exceeded')
    const { upload: none } = await must(201, beginUpload(user, { ...one, size: 0, sha256: sha256(new Uint8Array()) }))
    await must(204, endUpload(user, none.id))
    await must(204, endUpload(user, rest.id))
    await expectUsage(user, 100)
    await must(204, call('DELETE', `/files/${small}`, { token: user.token }))
    await must(204, call('DELETE', `/trash/${small}`, { token: user.token }))
    await expectUsage(user, 0)
  })

  test('counts a content once, in whatever folder, version or trash it is, until nobody holds it', async () => {
    const { token } = user
    const folder = await createFolder(user, 'folder')
    const content = (size: number) => ({ name: 'file', folderId: folder.id, content: randomContent(size) })
    const file = await upload(user, content(1000))
    await upload(user, content(200))
    await expectUsage(user, 1200)
    await must(201, call('POST', `/files/${file.id}/copies`, { token, json: { name: 'copy', folderId: 'root' } }))
    await expectUsage(user, 1200)

    await must(204, call('DELETE', `/files/${file.id}/versions/1`, { token }))
    await expectUsage(user, 200)
    await must(204, call('DELETE', `/folders/${folder.id}`, { token }))
    await expectUsage(user, 200)
    await must(204, call('DELETE', `/trash/${folder.id}`, { token }))
    const { items } = await must(200, call<{ items: { id: string }[] }>('GET', '/folders/root/children', { token }))
    await seconds(2)
    await expectUsage(user, 200)
    await must(204, call('DELETE', `/files/${items[0]!.id}`, { token }))
    await expectUsage(user, 200)
    await must(204, call('DELETE', `/trash/${items[0]!.id}`, { token }))
    await expectUsage(user, 0)
  })

  test('is the owner’s, whoever uploads into a shared folder', async () => {
    const [owner, guest] = await Promise.all([newUser(), newUser()])
    const folder = await createFolder(owner, 'shared')
    const json = { email: guest.email, access: 'write' }
    await must(201, call('POST', `/items/${folder.id}/shares`, { token: owner.token, json }))
    await must(200, call('POST', `/shared-with-me/${folder.id}/acceptance`, { token: guest.token }))
    const { id } = await send(guest, { name: 'of the guest', folderId: folder.id, content: randomContent(300) })
    await must(200, complete(guest, id))
    await expectUsage(owner, 300)
    await expectUsage(guest, 0)
  })
})

test('what is sent late for an ended upload becomes no file and takes no room', async () => {
  const content = randomContent(MIB)
  const { upload: begun, put } = await must(
    201,
    beginUpload(user, { name: 'late', size: MIB, sha256: sha256(content) }),
  )
  await must(204, endUpload(user, begun.id))
  await expectUsage(user, 0)
  // S3 knows nothing of uploads that were ended: it is taken, and thrown away.
  expect((await putTo(put!, content)).status).toBe(200)
  expectProblem(await complete(user, begun.id), 409, 'upload_dead')
  const taken = async () => (await putTo(put!, content)).status
  expect([200, 412]).toContain(await taken())
  await seconds(2)
  expectProblem(await complete(user, begun.id), 409, 'upload_dead')
  const { items } = await must(200, call<{ items: unknown[] }>('GET', '/folders/root/children', { token: user.token }))
  expect(items).toEqual([])
  await expectUsage(user, 0)
})

test('open uploads are limited in number, and ended ones make room', async () => {
  const { uploads } = await usageOf(user)
  const empty = { size: 0, sha256: sha256(new Uint8Array()) }
  const begin = (n: number) => beginUpload(user, { name: `open ${n}`, ...empty })
  const begun: string[] = []
  for (let n = 0; n < uploads.limit; n += 10) {
    const some = Array.from({ length: Math.min(10, uploads.limit - n) }, (_, k) =>
      call<Begun>('POST', '/files', {
        token: user.token,
        json: { name: `open ${n + k}`, ...empty },
        headers: { 'idempotency-key': `open-${n + k}` },
        mayBeBusy: true,
      }),
    )
    for (const { status, body } of await Promise.all(some)) if (status === 201) begun.push(body.upload.id)
  }
  while (begun.length < uploads.limit) begun.push((await must(201, begin(begun.length + 1000))).upload.id)
  await expectUsage(user, 0, uploads.limit)
  expectProblem(await begin(5000), 409, 'too_many_uploads')
  await must(204, endUpload(user, begun[0]!))
  await must(201, begin(5001))
  expectProblem(await begin(5002), 409, 'too_many_uploads')
  expect(await uploadsOf(user)).toHaveLength(uploads.limit)
})
