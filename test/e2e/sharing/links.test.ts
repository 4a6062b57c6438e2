import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import { aStranger, createFolder, type FileView, must, newUser, outcomeOf, type User, upload, urlOf } from '../files.ts'
import { PARALLEL, seconds } from '../pace.ts'
import { callS3, changed, randomContent } from '../s3.ts'

type Link = { id: string; createdAt: string; expiresAt: string; mostUses?: number; uses: number; revokedAt?: string }
type NewLink = Link & { token: string }
type Opened = { url: string; expiresAt: string; name: string; size: number; type: string }
type UsePage = { uses: { at: string; address: string; device: string }[]; nextCursor?: string }

const DAY = 86_400
const content = randomContent(600)
let user: User
let file: FileView

beforeAll(async () => {
  user = await newUser()
  file = await upload(user, { name: 'for everybody.txt', content, type: 'text/plain' })
  await urlOf(user, file.id)
})

const later = (time: number) => new Date(Date.now() + time * 1000).toISOString()
const create = (json: object, id = file.id, by = user) =>
  call<NewLink>('POST', `/files/${id}/links`, { token: by.token, json })
const newLink = (more: object = {}, id = file.id) => must(201, create({ expiresAt: later(DAY), ...more }, id))
const open = (token: string, headers: Record<string, string> = {}) =>
  call<Opened>('POST', '/links/open', { json: { token }, headers, mayBeBusy: true })
const links = (id: string, query = '?limit=100', by = user) =>
  call<{ links: Link[]; nextCursor?: string }>('GET', `/files/${id}/links${query}`, { token: by.token })
const uses = (linkId: string, query = '?limit=100', by = user, id = file.id) =>
  call<UsePage>('GET', `/files/${id}/links/${linkId}/uses${query}`, { token: by.token })
const revoke = (linkId: string, by = user, id = file.id) =>
  call('DELETE', `/files/${id}/links/${linkId}`, { token: by.token })
const linkOf = async (linkId: string) => (await must(200, links(file.id))).links.find(({ id }) => id === linkId)
const expectClosed = async (token: string) => expectProblem(await open(token), 404, 'link_not_found')

describe('a link', () => {
  test('gives whoever holds its token the content, as a file to be saved, for a minute', async () => {
    const { token, ...link } = await newLink()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(link).toMatchObject({ uses: 0 })
    const { url, expiresAt, ...told } = await must(200, open(token))
    expect(told).toEqual({ name: 'for everybody.txt', size: 600, type: 'text/plain' })
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('60')
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    const { bytes, headers } = await callS3('GET', url)
    expect(Buffer.compare(bytes, content)).toBe(0)
    expect(headers.get('content-disposition')).toMatch(/^attachment;/)
    const longer = changed(url, ({ searchParams }) => searchParams.set('X-Amz-Expires', '3600'))
    expect((await callS3('GET', longer)).status).toBe(403)
  })

  test('tells its token once, and its owner every use of it', async () => {
    const { token, ...link } = await newLink({ mostUses: 5 })
    for (const device of ['first', 'second', 'third']) {
      await must(200, open(token, { 'user-agent': device }))
      await seconds(1)
    }
    expect(await linkOf(link.id)).toEqual({ ...link, uses: 3, mostUses: 5 })
    const { uses: all } = await must(200, uses(link.id))
    expect(all.map(({ device }) => device)).toEqual(['third', 'second', 'first'])
    for (const { address } of all) expect(address).toMatch(/^[\da-f.:]+$/)
    const { uses: newest, nextCursor } = await must(200, uses(link.id, '?limit=2'))
    const { uses: rest } = await must(200, uses(link.id, `?cursor=${encodeURIComponent(nextCursor!)}`))
    expect([...newest, ...rest]).toEqual(all)
  })

  test('gives no more URLs than it may, however many ask at once', async () => {
    const most = Math.max(1, PARALLEL / 8)
    const { token, id } = await newLink({ mostUses: most })
    const answers = await Promise.all(Array.from({ length: PARALLEL }, () => open(token)))
    const outcomes = answers.map(outcomeOf)
    for (const outcome of outcomes) expect(['200', '404 link_not_found', '503 store_unavailable']).toContain(outcome)
    let given = outcomes.filter((outcome) => outcome === '200').length
    expect(given).toBeLessThanOrEqual(most)
    while (given < most) {
      await must(200, open(token))
      given++
    }
    await expectClosed(token)
    expect(await linkOf(id)).toMatchObject({ uses: most })
    expect((await must(200, uses(id))).uses).toHaveLength(most)
  })

  test('gives nothing from the next request on when it is revoked', async () => {
    const { token, id } = await newLink()
    await must(200, open(token))
    await must(204, revoke(id))
    await expectClosed(token)
    await must(204, revoke(id))
    const { revokedAt } = (await linkOf(id))!
    expect(Date.parse(revokedAt!)).toBeLessThanOrEqual(Date.now())
    expect((await must(200, uses(id))).uses).toHaveLength(1)
  })

  test('gives nothing once its time is over, nor a URL that outlives it', async () => {
    const { token } = await newLink({ expiresAt: later(5) })
    const { url } = await must(200, open(token))
    expect(Number(new URL(url).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(5)
    await seconds(6)
    await expectClosed(token)
    expect((await callS3('GET', url)).status).toBe(403)
  })

  test('leads to what the file holds now, under the name it has now', async () => {
    const given = { name: 'changing', content: randomContent(10) }
    const { id } = await upload(user, given)
    const { token } = await newLink({}, id)
    const now = randomContent(20)
    await upload(user, { ...given, content: now })
    await urlOf(user, id)
    await must(200, call('PATCH', `/files/${id}`, { token: user.token, json: { name: 'changed' } }))
    const opened = await must(200, open(token))
    expect(opened).toMatchObject({ name: 'changed', size: 20 })
    expect(Buffer.compare((await callS3('GET', opened.url)).bytes, now)).toBe(0)
  })

  test('leads nowhere while its file is in the trash, or a folder above it, and to it afterwards', async () => {
    const folder = await createFolder(user, 'of links')
    const { id } = await upload(user, { name: 'linked', folderId: folder.id })
    await urlOf(user, id)
    const { token } = await newLink({}, id)
    for (const path of [`/files/${id}`, `/folders/${folder.id}`]) {
      await must(204, call('DELETE', path, { token: user.token }))
      await expectClosed(token)
      const restored = `/trash/${path.split('/')[2]}/restoration`
      await must(200, call('POST', restored, { token: user.token, json: {} }))
      await must(200, open(token))
    }
    await must(204, call('DELETE', `/files/${id}`, { token: user.token }))
    await must(204, call('DELETE', `/trash/${id}`, { token: user.token }))
    await expectClosed(token)
  })

  test('refused uses nothing up', async () => {
    const { id } = await upload(user, { name: 'not used up' })
    await urlOf(user, id)
    const { token } = await newLink({ mostUses: 1 }, id)
    await must(204, call('DELETE', `/files/${id}`, { token: user.token }))
    for (let n = 0; n < 3; n++) await expectClosed(token)
    await must(200, call('POST', `/trash/${id}/restoration`, { token: user.token, json: {} }))
    await must(200, open(token))
    await expectClosed(token)
  })
})

describe('links are refused', () => {
  test('by a token that is none', async () => {
    const { token, id } = await newLink()
    const other = token.startsWith('A') ? `B${token.slice(1)}` : `A${token.slice(1)}`
    // As it is: what is sent as a token counts as one from then on, and ids are told.
    const body = JSON.stringify({ token: id })
    const headers = { 'content-type': 'application/json' }
    expectProblem(await call('POST', '/links/open', { body, headers }), 404, 'link_not_found')
    for (const guess of [other, `${token}A`, token.slice(1), '', 'x'.repeat(100)]) await expectClosed(guess)
    expect(await linkOf(id)).toMatchObject({ uses: 0 })
  })

  test('without an end, with one in the past or too far away, and for no uses', async () => {
    const ends = [later(-1), later(0), later(400 * DAY), 'tomorrow', '', '2099', 4_000_000_000, null]
    for (const expiresAt of ends) expectProblem(await create({ expiresAt }), 400, 'invalid_input')
    expectProblem(await create({}), 400, 'invalid_input')
    for (const mostUses of [0, -1, 1.5, '1', null, 1_000_001]) {
      expectProblem(await create({ expiresAt: later(DAY), mostUses }), 400, 'invalid_input')
    }
    const json = { expiresAt: later(DAY) }
    const repeated = { token: user.token, json, headers: { 'idempotency-key': 'link-1' } }
    expectProblem(await call('POST', `/files/${file.id}/links`, repeated), 400, 'header_refused')
  })

  test('to a folder, to what is not there, and to whoever does not own the file', async () => {
    const stranger = await aStranger()
    const folder = await createFolder(user, 'no links')
    const link = await newLink()
    const json = { expiresAt: later(DAY) }
    for (const id of [folder.id, 'x'.repeat(22)]) {
      expectProblem(await create(json, id), 404, 'file_not_found')
      expectProblem(await links(id), 404, 'file_not_found')
    }
    expectProblem(await create(json, file.id, stranger), 404, 'file_not_found')
    expectProblem(await links(file.id, '', stranger), 404, 'file_not_found')
    expectProblem(await uses(link.id, '', stranger), 404, 'file_not_found')
    expectProblem(await revoke(link.id, stranger), 404, 'file_not_found')
    const theirs = await upload(stranger, { name: 'of links' })
    expectProblem(await uses(link.id, '', stranger, theirs.id), 404, 'link_not_found')
    expectProblem(await revoke(link.id, stranger, theirs.id), 404, 'link_not_found')
    for (const id of ['x'.repeat(43), 'x'.repeat(22)]) {
      expectProblem(await uses(id), 404, 'link_not_found')
      expectProblem(await revoke(id), 404, 'link_not_found')
    }
    await must(200, open(link.token))
  })
})
