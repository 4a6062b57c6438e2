import { describe, expect, it, vi } from 'vitest'
import type { Scan } from '../../../functions/contents/content.ts'
import type { Upload } from '../../../functions/contents/upload.ts'
import { hashOf, newSecret } from '../../../functions/crypto/secrets.ts'
import type { Link } from '../../../functions/sharing/link.ts'
import { linkStore } from '../../../functions/sharing/link-store.ts'
import { anId, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { send } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { uploadsIn, withFile, withFolders } from '../../helpers/files.ts'
import { putRaw, rawItem, rawItems } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const { database, cloud, handler } = usingRoute(() => import('../../../functions/sharing/open-link.ts'))
const links = () => linkStore(database().db, TABLES.files)
const open = (token: string) =>
  send('POST', handler(), { path: {}, body: { token }, headers: { 'user-agent': 'a browser' } })

async function withLink(changes: Partial<Link> = {}) {
  const owner = anId()
  const [outer, inner] = await withFolders(database(), owner, ['outer', 'inner'])
  const file = await withFile(database(), { owner, into: inner, name: 'report, final.pdf' })
  const token = newSecret()
  const base = { id: hashOf(token), item: file.id, owner, createdAt: NOW, expiresAt: NOW + DAY, issued: 0 }
  const link: Link = { ...base, ...changes }
  await links().create(link)
  cloud().forget()
  return { owner, outer: outer!, file, token, link }
}

async function change(pk: string, sk: string, changes: object): Promise<void> {
  const item = await rawItem(database(), TABLES.files, pk, sk)
  await putRaw(database(), TABLES.files, { ...item, ...changes })
}
const trash = (id: string) => change(`N#${id}`, 'at', { trashedAt: { N: String(NOW) } })
const setObject = ({ object }: { object: string }, name: keyof Upload, value: string) =>
  change(`O#${object}`, 'obj', { [name]: { S: value } })

/** What was refused has used nothing up, and was recorded nowhere. */
async function expectUnused({ link }: { link: Link }): Promise<void> {
  expect(await links().find(link.id)).toEqual(link)
  expect(await rawItems(database(), TABLES.files, `L#${link.id}`)).toHaveLength(1)
}

describe('opening a link', () => {
  it('gives a URL of the file for 60 seconds, counted and recorded', async () => {
    const { token, file, link } = await withLink()
    const { status, body } = await open(token)
    expect(status).toBe(200)
    const { url, ...rest } = body
    const expiresAt = new Date((NOW + 60) * 1000).toISOString()
    expect(rest).toEqual({ expiresAt, name: file.name, size: file.size, type: file.type })
    const { pathname, searchParams } = new URL(url)
    expect(pathname).toBe(`/files/o/${file.object}`)
    expect(searchParams.get('X-Amz-Expires')).toBe('60')
    expect(searchParams.get('response-content-disposition')).toMatch(/^attachment; filename="report, final.pdf"/)
    expect((await links().find(link.id))?.issued).toBe(1)
    expect((await links().uses(link.id, undefined, 10)).uses).toMatchObject([
      { at: NOW, address: '192.0.2.7', device: 'a browser' },
    ])
  })

  it('puts the token neither into the URL nor into a log', async () => {
    const { token, link } = await withLink()
    expect((await open(token)).body.url).not.toContain(token)
    await links().revoke(link.item, link.id, NOW)
    await open(token)
    const logged = JSON.stringify([vi.mocked(console.info).mock.calls, vi.mocked(console.error).mock.calls])
    expect(logged).toContain('link_not_found')
    expect(logged).not.toContain(token)
    expect(logged).not.toContain(link.id)
  })

  it('gives a URL that lives no longer than the link', async () => {
    const { token } = await withLink({ expiresAt: NOW + 7 })
    const { url } = (await open(token)).body
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('7')
  })

  it.each([
    ['expired', { expiresAt: NOW }],
    ['revoked', { revokedAt: NOW }],
    ['used up', { most: 1, issued: 1 }],
    ['of another owner than the file', { owner: anId() }],
    ['of a file that is gone', { item: anId() }],
  ])('is not found when it is %s', async (_, changes) => {
    const made = await withLink(changes)
    expect(await open(made.token)).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
    await expectUnused(made)
  })

  it.each(['', 'x', newSecret(), 'é'.repeat(50)])('is not found by the token %j', async (token) => {
    expect(await open(token)).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
  })

  it('is not found by its id: who reads the table or the owner’s list holds no token', async () => {
    const made = await withLink()
    expect((await open(made.link.id)).body.code).toBe('link_not_found')
    await expectUnused(made)
  })

  it.each(['the file', 'a folder above'])('is not found when %s was trashed', async (what) => {
    const made = await withLink()
    await trash(what === 'the file' ? made.file.id : made.outer.id)
    expect((await open(made.token)).body.code).toBe('link_not_found')
    await expectUnused(made)
  })

  it('is not found when the content is gone', async () => {
    const made = await withLink()
    await setObject(made.file, 'state', 'dead')
    expect((await open(made.token)).body.code).toBe('link_not_found')
    await expectUnused(made)
  })

  it.each<[Scan, string]>([
    ['pending', 'scan_pending'],
    ['infected', 'file_infected'],
    ['unscannable', 'file_not_scannable'],
  ])('gives nothing while the scan says %s', async (scan, code) => {
    const made = await withLink()
    await uploadsIn(database()).noteScan(made.file.object, scan)
    expect((await open(made.token)).body.code).toBe(code)
    await expectUnused(made)
  })

  it('revoked between the look and the count gives nothing', async () => {
    const { token, link } = await withLink()
    cloud().justBefore('dynamodb:TransactWriteItems', () => links().revoke(link.item, link.id, NOW))
    expect((await open(token)).body.code).toBe('link_not_found')
    expect((await links().find(link.id))?.issued).toBe(0)
  })

  it('gives no URL that it could not record', async () => {
    const made = await withLink()
    cloud().fail('dynamodb:TransactWriteItems', 'broken', 'broken', 'broken')
    const { status, body } = await open(made.token)
    expect([status, body.code, body.url]).toEqual([503, 'store_unavailable', undefined])
    await expectUnused(made)
  })

  it('counts once when the answer of the store is lost', async () => {
    const { token, link } = await withLink()
    cloud().fail('dynamodb:TransactWriteItems', 'lost')
    expect((await open(token)).status).toBe(200)
    expect((await links().find(link.id))?.issued).toBe(1)
    expect((await links().uses(link.id, undefined, 10)).uses).toHaveLength(1)
  })

  it('64 times at once gives as many URLs as it may, and a record of each', async () => {
    const { token, link } = await withLink({ most: 5 })
    const answers = await inParallel(64, async () => {
      for (;;) {
        const answer = await open(token)
        if (answer.status !== 503) return answer
      }
    })
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(answers.filter(({ body }) => body.code === 'link_not_found')).toHaveLength(59)
    expect((await links().uses(link.id, undefined, 100)).uses).toHaveLength(5)
  })
})
