import { beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '../../../functions/crypto/secrets.ts'
import { linkStore } from '../../../functions/sharing/link-store.ts'
import { anId, DAY, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { grant, withFile, withFolder } from '../../helpers/files.ts'
import { rawItems } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/sharing/create-link.ts'), 'dynamodb:GetItem')
const { database } = route

type Handler = ReturnType<typeof route.handler>
let listLinks: Handler
let listUses: Handler
let revokeLink: Handler
beforeAll(async () => {
  ;({ handler: listLinks } = await import('../../../functions/sharing/list-links.ts'))
  ;({ handler: listUses } = await import('../../../functions/sharing/list-uses.ts'))
  ;({ handler: revokeLink } = await import('../../../functions/sharing/revoke-link.ts'))
})

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const TOMORROW = iso(NOW + DAY)

const create = (caller: TestCaller, id: string, body: object = { expiresAt: TOMORROW }, headers: object = {}) =>
  caller.ask('POST', route.handler(), { path: { id }, body, headers })
const list = (caller: TestCaller, id: string, query: Record<string, string> = {}) =>
  caller.ask('GET', listLinks, { path: { id }, query })
const uses = (caller: TestCaller, id: string, linkId: string, query: Record<string, string> = {}) =>
  caller.ask('GET', listUses, { path: { id, linkId }, query })
const revoke = (caller: TestCaller, id: string, linkId: string) =>
  caller.ask('DELETE', revokeLink, { path: { id, linkId } })

async function withOwnFile() {
  const owner = await aCaller(route)
  const { id } = await withFile(database(), { owner: owner.userId })
  return { owner, id }
}

async function withLink() {
  const { owner, id } = await withOwnFile()
  const { body: link } = await create(owner, id)
  return { owner, id, link }
}

describe('making a link', () => {
  it('tells its token once, and keeps its hash only', async () => {
    const { owner, id } = await withOwnFile()
    const { status, body } = await create(owner, id, { expiresAt: TOMORROW, mostUses: 3 })
    const { token, ...link } = body
    expect(status).toBe(201)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(link).toEqual({ id: hashOf(token), createdAt: iso(NOW), expiresAt: TOMORROW, mostUses: 3, uses: 0 })
    expect((await list(owner, id)).body).toEqual({ links: [link] })
    const kept = [
      ...(await rawItems(database(), TABLES.files, `N#${id}`)),
      ...(await rawItems(database(), TABLES.files, `L#${link.id}`)),
    ]
    expect(kept).toHaveLength(3)
    expect(JSON.stringify(kept)).not.toContain(token)
  })

  it('is never repeated: Idempotency-Key is refused', async () => {
    const { owner, id } = await withOwnFile()
    const { body } = await create(owner, id, { expiresAt: TOMORROW }, { 'idempotency-key': 'a key' })
    expect(body.code).toBe('header_refused')
    expect((await list(owner, id)).body).toEqual({ links: [] })
  })

  it.each([
    {},
    { expiresAt: iso(NOW) },
    { expiresAt: iso(NOW + 367 * DAY) },
    { expiresAt: 'tomorrow' },
    { expiresAt: TOMORROW, mostUses: 0 },
    { expiresAt: TOMORROW, mostUses: 1.5 },
    { expiresAt: TOMORROW, mostUses: 1_000_001 },
    { expiresAt: TOMORROW, owner: anId() },
  ])('with %j is refused', async (body) => {
    const { owner, id } = await withOwnFile()
    expect((await create(owner, id, body)).body.code).toBe('invalid_input')
    expect((await list(owner, id)).body).toEqual({ links: [] })
  })
})

describe('links', () => {
  it('are their owner’s alone, whatever else is shared', async () => {
    const { id, link } = await withLink()
    const writer = await aCaller(route)
    await grant(database(), id, writer.userId, 'write')
    const stranger = await aCaller(route)
    for (const [caller, code] of [
      [writer, 'owner_only'],
      [stranger, 'file_not_found'],
    ] as const) {
      const answers = [create(caller, id), list(caller, id), uses(caller, id, link.id), revoke(caller, id, link.id)]
      for (const { body } of await Promise.all(answers)) expect(body.code).toBe(code)
    }
    expect((await linkStore(database().db, TABLES.files).find(link.id))?.revokedAt).toBeUndefined()
  })

  it('lead to files, not to folders', async () => {
    const owner = await aCaller(route)
    const folder = await withFolder(database(), { owner: owner.userId })
    expect((await create(owner, folder.id)).body.code).toBe('file_not_found')
  })

  it('of one file are not found through another', async () => {
    const { owner, link } = await withLink()
    const other = await withFile(database(), { owner: owner.userId })
    expect((await revoke(owner, other.id, link.id)).body.code).toBe('link_not_found')
    expect((await uses(owner, other.id, link.id)).body.code).toBe('link_not_found')
  })

  it('are revoked for good, as often as that is asked for', async () => {
    const { owner, id, link } = await withLink()
    for (let time = 0; time < 2; time++) expect(await revoke(owner, id, link.id)).toMatchObject({ status: 204 })
    expect((await list(owner, id)).body.links).toMatchObject([{ id: link.id, revokedAt: iso(NOW) }])
    expect((await revoke(owner, id, anId())).body.code).toBe('link_not_found')
  })

  it('tell every use, newest first, in pages of their own', async () => {
    const { owner, id, link } = await withLink()
    const store = linkStore(database().db, TABLES.files)
    for (const at of [1, 2, 3]) {
      await store.use(link.id, { at: NOW + at, address: `192.0.2.${at}`, device: 'curl' }, anId())
    }
    const first = await uses(owner, id, link.id, { limit: '2' })
    expect(first.body.uses).toEqual([
      { at: iso(NOW + 3), address: '192.0.2.3', device: 'curl' },
      { at: iso(NOW + 2), address: '192.0.2.2', device: 'curl' },
    ])
    const second = await uses(owner, id, link.id, { limit: '2', cursor: first.body.nextCursor })
    expect(second.body).toMatchObject({ uses: [{ address: '192.0.2.1' }] })
    expect((await list(owner, id)).body.links).toMatchObject([{ uses: 3 }])
    const { body: another } = await create(owner, id)
    for (const refused of [
      uses(owner, id, another.id, { cursor: first.body.nextCursor }),
      list(owner, id, { cursor: first.body.nextCursor }),
    ])
      expect((await refused).body.code).toBe('invalid_cursor')
  })
})
