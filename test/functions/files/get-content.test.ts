import { describe, expect, it } from 'vitest'
import type { Scan } from '../../../functions/contents/content.ts'
import { objectKey } from '../../../functions/contents/upload-store.ts'
import { listedItem, nodeItem } from '../../../functions/files/tree-store.ts'
import { versionItem } from '../../../functions/files/version-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { withNewVersion } from '../../helpers/file-history.ts'
import { grant, uploadsIn, withFile, withFolders } from '../../helpers/files.ts'
import { putRaw, rawItem } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'
import { sessionsIn } from '../../helpers/sessions.ts'

const route = usingRoute(() => import('../../../functions/files/get-content.ts'), 'dynamodb:GetItem')
const { database } = route
const JSON_ASKED = { accept: 'application/json' }
const get = (caller: TestCaller, id: string, query = {}, headers: object = JSON_ASKED) =>
  caller.ask('GET', route.handler(), { path: { id }, query, headers })

async function shared(access: 'read' | 'write' = 'read') {
  const [owner, guest] = [await aCaller(route), await aCaller(route)]
  const [outer, inner] = await withFolders(database(), owner.userId, ['outer', 'inner'])
  const file = await withFile(database(), { owner: owner.userId, into: inner, name: 'plän "1".txt' })
  await grant(database(), outer!.id, guest.userId, access)
  return { owner, guest, outer: outer!, file }
}
async function scanIs(object: string, scan: Scan) {
  const item = await rawItem(database(), TABLES.files, objectKey(object).pk?.S ?? '', 'obj')
  await putRaw(database(), TABLES.files, { ...item, scan: { S: scan } })
}
const life = (url: string) => new URL(url).searchParams.get('X-Amz-Expires')

describe('the URL of a content', () => {
  it('is of the version that was the current one when the session was read', async () => {
    const { owner, file } = await shared()
    route.afterReadingAhead(() => withNewVersion(database(), file, { owner: owner.userId }))
    const { status, body } = await get(owner, file.id, { version: '1' })
    expect([status, new URL(body.url).pathname]).toEqual([200, `/files/o/${file.object}`])
  })

  it('of an old version costs three calls', async () => {
    const { owner, file } = await shared()
    await withNewVersion(database(), file, { owner: owner.userId })
    route.cloud().forget()
    expect((await get(owner, file.id, { version: '1' })).status).toBe(200)
    expect(route.cloud().calls).toEqual(['dynamodb:BatchGetItem', 'dynamodb:BatchGetItem', 'dynamodb:GetItem'])
  })

  it('lives five minutes for the owner, one for a guest, whatever the guest may do', async () => {
    for (const access of ['read', 'write'] as const) {
      const { owner, guest, file } = await shared(access)
      for (const [caller, seconds] of [
        [owner, 300],
        [guest, 60],
      ] as const) {
        const { status, body } = await get(caller, file.id)
        expect(status).toBe(200)
        expect(body).toEqual({ url: expect.any(String), expiresAt: new Date((NOW + seconds) * 1000).toISOString() })
        expect(life(body.url)).toBe(String(seconds))
        expect(new URL(body.url).pathname).toBe(`/files/o/${file.object}`)
      }
    }
  })

  it('is a redirect where no JSON is asked for, with a name that saves it', async () => {
    const { owner, file } = await shared()
    for (const headers of [{}, { accept: 'text/html' }, { accept: '*/*' }]) {
      const { status, headers: answered, body } = await get(owner, file.id, {}, headers)
      expect([status, body]).toEqual([302, undefined])
      const { searchParams } = new URL(answered.location ?? '')
      expect(searchParams.get('response-content-disposition')).toBe(
        `attachment; filename="pl_n _1_.txt"; filename*=UTF-8''pl%C3%A4n%20%221%22.txt`,
      )
      expect(answered).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    }
  })

  it('shows in place only what is asked for and safe', async () => {
    const { owner, file } = await shared()
    const asked = async (id: string) =>
      new URL((await get(owner, id, { disposition: 'inline' })).body.url).searchParams.get(
        'response-content-disposition',
      )
    expect(await asked(file.id)).toMatch(/^inline;/)
    await putRaw(database(), TABLES.files, listedItem({ ...file, type: 'text/html' }))
    expect(await asked(file.id)).toMatch(/^attachment;/)
  })

  it('is given for an old version, and for none that is not there', async () => {
    const { owner, guest, file } = await shared()
    const old = await withFile(database(), { owner: owner.userId })
    await putRaw(database(), TABLES.files, versionItem({ ...old, id: file.id, version: 1 }))
    await putRaw(database(), TABLES.files, listedItem({ ...file, version: 2 }))
    const pathOf = async (caller: TestCaller, version: string) =>
      new URL((await get(caller, file.id, { version })).body.url).pathname
    expect(await pathOf(owner, '1')).toBe(`/files/o/${old.object}`)
    expect(await pathOf(guest, '2')).toBe(`/files/o/${file.object}`)
    expect((await get(owner, file.id, { version: '3' })).body).toMatchObject({ code: 'version_not_found' })
    for (const version of ['0', '-1', '1.0', 'x']) {
      expect((await get(owner, file.id, { version })).body).toMatchObject({ code: 'invalid_input' })
    }
    await scanIs(old.object, 'infected')
    expect((await get(owner, file.id, { version: '1' })).body).toMatchObject({ code: 'file_infected' })
  })

  it.each(['read', 'write'] as const)('of an old version is for writers: asked by one who may %s', async (access) => {
    const { owner, guest, file } = await shared(access)
    const old = await withFile(database(), { owner: owner.userId })
    await putRaw(database(), TABLES.files, versionItem({ ...old, id: file.id, version: 1 }))
    await putRaw(database(), TABLES.files, listedItem({ ...file, version: 2 }))
    const asked = async (version: string) => (await get(guest, file.id, { version })).body.code
    // A reader is not told either which versions there are.
    for (const version of ['1', '3']) {
      const otherwise = version === '1' ? undefined : 'version_not_found'
      expect(await asked(version)).toBe(access === 'read' ? 'read_only' : otherwise)
    }
    expect((await get(guest, file.id, { version: '2' })).status).toBe(200)
  })

  it.each<[Scan, number, string]>([
    ['pending', 409, 'scan_pending'],
    ['infected', 403, 'file_infected'],
    ['unscannable', 403, 'file_not_scannable'],
  ])('is given to nobody while its scan says %s', async (scan, status, code) => {
    const { owner, guest, file } = await shared()
    await scanIs(file.object, scan)
    for (const caller of [owner, guest]) {
      for (const headers of [JSON_ASKED, {}]) {
        expect((await get(caller, file.id, {}, headers)).body).toMatchObject({ status, code })
      }
    }
    await scanIs(file.object, 'clean')
    expect((await get(owner, file.id)).status).toBe(200)
  })

  it('is given to no stranger, for no folder, and for nothing below a trashed folder', async () => {
    const { owner, guest, outer, file } = await shared()
    const stranger = await aCaller(route)
    for (const [caller, id] of [
      [stranger, file.id],
      [owner, anId()],
      [owner, outer.id],
    ] as const) {
      expect((await get(caller, id)).body).toMatchObject({ status: 404, code: 'file_not_found' })
    }
    await putRaw(database(), TABLES.files, nodeItem({ ...outer, trashedAt: NOW }))
    for (const caller of [owner, guest]) {
      expect((await get(caller, file.id)).body).toMatchObject({ status: 404, code: 'file_not_found' })
    }
  })

  it('is given for no content that is lost', async () => {
    const { owner, file } = await shared()
    await uploadsIn(database()).lose((await uploadsIn(database()).find(file.object))!, NOW)
    expect((await get(owner, file.id)).body).toMatchObject({ code: 'file_not_found' })
  })

  it('is given to no ended session', async () => {
    const { owner, file } = await shared()
    await sessionsIn(database()).endAll(owner.userId)
    const { status, headers, body } = await get(owner, file.id, {}, {})
    expect([status, body.code, headers.location]).toEqual([401, 'session_ended', undefined])
  })
})
