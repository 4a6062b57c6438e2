import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { countPuts, throttleUploads } from './chromium.ts'
import { letheApi } from './lethe-api.ts'

declare const uploadPage: typeof import('./page.ts')

const MIB = 2 ** 20
const PARTS = [1, 2, 3, 4]
const SLOW = 12 * MIB

type Scene = { tab: Page; origin: string; folder: string; access: { api: string; token: string } }
type Open = { uploads: { id: string }[] }

/** Small enough for one PUT, under a name that is more than ASCII. */
export async function singleUpload({ tab, origin, folder, access }: Scene): Promise<void> {
  const puts = countPuts(tab)
  const { path, digest } = await randomFile(folder, 'Größe 📷.bin', 5 * MIB)
  await tab.goto(origin)
  const fileId = await uploadToTheEnd(tab, path, access)
  assert.deepEqual(puts(), { begun: [0], done: [0] }, 'a small file is one PUT')
  await checkContent(tab, fileId, digest, access)
}

export async function pausedAndResumed({ tab, origin, folder, access }: Scene): Promise<void> {
  const puts = countPuts(tab)
  const { path, digest } = await randomFile(folder, 'paused.bin', 64 * MIB)
  await tab.goto(origin)
  await throttleUploads(tab, SLOW)
  await uploadUntil(tab, 2, path, access, 'pause')
  const before = puts()
  await sleep(1500)
  assert.deepEqual(puts(), { begun: [], done: [] }, 'nothing is sent while the upload is paused')
  const there = await partsOfTheOnlyUpload(access)
  assert.ok(there.length >= 2 && there.length < PARTS.length, `paused midway, but parts ${there} are there`)
  for (const part of there) assert.equal(before.begun.filter((number) => number === part).length, 1)

  await tab.reload()
  await throttleUploads(tab, undefined)
  const fileId = await uploadToTheEnd(tab, path, access)
  const after = puts()
  const missing = PARTS.filter((part) => !there.includes(part))
  assert.deepEqual(after.begun.toSorted(), missing, `after the reload only ${missing} are sent: ${there} are there`)
  assert.deepEqual(after.done.toSorted(), missing, 'each part that was missing arrives once')
  await checkContent(tab, fileId, digest, access)
}

/** What was sent is thrown away, and its room is free again. */
export async function cancelled({ tab, origin, folder, access }: Scene): Promise<void> {
  const { path } = await randomFile(folder, 'cancelled.bin', 40 * MIB)
  await tab.goto(origin)
  await throttleUploads(tab, SLOW)
  const usage = await api(access)('GET', '/me/usage')
  await uploadUntil(tab, 1, path, access, 'cancel')
  await until('the cancelled upload is given up', async () => (await openUploads(access)).length === 0)
  assert.deepEqual(await api(access)('GET', '/me/usage'), usage, 'the room is free again')
  await throttleUploads(tab, undefined)
}

/** Another file of the same name and size: what is there of the first must not become part of it. */
export async function anotherFileOfThatName({ tab, origin, folder, access }: Scene): Promise<void> {
  const first = await randomFile(folder, 'same.bin', 40 * MIB)
  await tab.goto(origin)
  await throttleUploads(tab, SLOW)
  await uploadUntil(tab, 1, first.path, access, 'pause')
  await tab.reload()
  await throttleUploads(tab, undefined)
  const second = await randomFile(folder, 'same.bin', 40 * MIB)
  await checkContent(tab, await uploadToTheEnd(tab, second.path, access), second.digest, access)
}

async function randomFile(folder: string, name: string, size: number): Promise<{ path: string; digest: string }> {
  const path = join(folder, name)
  const bytes = randomBytes(size)
  await writeFile(path, bytes)
  return { path, digest: createHash('sha256').update(bytes).digest('hex') }
}

type Access = Scene['access']

async function uploadToTheEnd(tab: Page, path: string, access: Access): Promise<string> {
  const input = tab.locator('input')
  await input.setInputFiles(path)
  const uploaded = await input.evaluate((element, given) => uploadPage.upload(element, given), access)
  assert.deepEqual(uploaded.failures, [], 'Uppy reports no failure')
  assert.equal(uploaded.fileIds.length, 1)
  return uploaded.fileIds[0] ?? ''
}

async function uploadUntil(tab: Page, parts: number, path: string, access: Access, then: 'pause' | 'cancel') {
  const input = tab.locator('input')
  await input.setInputFiles(path)
  await input.evaluate((element, given) => uploadPage.uploadUntil(given.parts, element, given.access, given.then), {
    parts,
    access,
    then,
  })
}

async function checkContent(tab: Page, fileId: string, digest: string, access: Access): Promise<void> {
  const read = await tab.evaluate((given) => uploadPage.digestOf(given.fileId, given.access), { fileId, access })
  assert.equal(read, digest, 'what the page reads back is what was sent')
}

const api = ({ api, token }: Access) => letheApi({ api, accessToken: () => token })
const openUploads = async (access: Access) => (await api(access)<Open>('GET', '/uploads')).uploads

async function partsOfTheOnlyUpload(access: Access): Promise<number[]> {
  const uploads = await openUploads(access)
  assert.equal(uploads.length, 1, 'one upload is open')
  const { parts } = await api(access)<{ parts: { number: number }[] }>('GET', `/uploads/${uploads[0]?.id}`)
  return parts.map(({ number }) => number)
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds()); await sleep(200)) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`)
  }
}
