import { describe, expect, it } from 'vitest'
import { type Link, MOST_LINKS, MOST_OPEN_LINKS } from '../../../functions/sharing/link.ts'
import { linkStore } from '../../../functions/sharing/link-store.ts'
import { anId, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { putManyRaw, rawItems } from '../../helpers/raw-items.ts'

const database = usingDatabase(startDynoxide)
const links = () => linkStore(database().db, TABLES.files)

function aLink(changes: Partial<Link> = {}): Link {
  return { id: anId(), item: anId(), owner: anId(), createdAt: NOW, expiresAt: NOW + DAY, issued: 0, ...changes }
}

async function made(changes: Partial<Link> = {}): Promise<Link> {
  const link = aLink(changes)
  await links().create(link)
  return link
}

const aUse = (at = NOW + 60) => ({ at, address: '192.0.2.7', device: 'a browser' })
const use = ({ id }: Link, at?: number) => links().use(id, aUse(at), anId())
const issuedBy = async ({ id }: Link) => (await links().find(id))?.issued
const recordsOf = async ({ id }: Link) => (await rawItems(database(), TABLES.files, `L#${id}`)).length - 1

/** A store that gives up on a conflict has changed nothing, and its client tries again. */
async function useUntilAnswered(link: Link): Promise<boolean> {
  for (;;) {
    const outcome = await use(link).catch(({ code }) => code)
    if (outcome !== 'store_unavailable') return outcome
  }
}

/** As many pointers as that, without their links. */
const withPointers = (file: string, count: number, fields: Record<string, number>) =>
  putManyRaw(
    database(),
    TABLES.files,
    Array.from({ length: count }, () => ({
      pk: { S: `N#${file}` },
      sk: { S: `l#${anId()}` },
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { N: String(value) }])),
    })),
  )

describe('a link', () => {
  it('is found as it was made, and listed with its file', async () => {
    const link = await made({ most: 3 })
    expect(await links().find(link.id)).toEqual(link)
    expect(await links().page(link.item, undefined, 10)).toEqual({ links: [link], last: undefined })
    expect([await links().isOf(link.item, link.id), await links().isOf(anId(), link.id)]).toEqual([true, false])
  })

  it('is listed in pages, each once', async () => {
    const item = anId()
    const all = await inParallel(7, () => made({ item }))
    const first = await links().page(item, undefined, 4)
    const second = await links().page(item, first.last, 4)
    const ids = [...first.links, ...second.links].map(({ id }) => id)
    expect(ids).toEqual(all.map(({ id }) => id).toSorted())
    expect([first.links.length, second.last]).toEqual([4, undefined])
  })

  it('is refused where a hundred are open; those that ended do not count', async () => {
    const item = anId()
    await withPointers(item, MOST_OPEN_LINKS - 1, { expiresAt: NOW + DAY })
    await withPointers(item, 20, { expiresAt: NOW })
    await withPointers(item, 20, { expiresAt: NOW + DAY, revokedAt: NOW })
    const last = await made({ item })
    await expect(made({ item })).rejects.toMatchObject({ code: 'limit_reached' })
    await links().revoke(item, last.id, NOW)
    await made({ item })
  })

  it('is refused where a thousand were made', async () => {
    const item = anId()
    await withPointers(item, MOST_LINKS, { expiresAt: NOW })
    await expect(made({ item })).rejects.toMatchObject({ code: 'limit_reached' })
  })
})

describe('using a link', () => {
  it('counts and records', async () => {
    const link = await made()
    expect(await use(link)).toBe(true)
    expect(await issuedBy(link)).toBe(1)
    expect((await links().uses(link.id, undefined, 10)).uses).toMatchObject([aUse()])
  })

  it.each([1, 5])('happens at most %i times where that is its limit, 64 times at once', async (most) => {
    const link = await made({ most })
    const outcomes = await inParallel(64, () => useUntilAnswered(link))
    expect(outcomes.filter(Boolean)).toHaveLength(most)
    expect([await issuedBy(link), await recordsOf(link)]).toEqual([most, most])
  })

  it('is counted and recorded each time, 64 times at once', async () => {
    const link = await made()
    expect(await inParallel(64, () => useUntilAnswered(link))).not.toContain(false)
    expect([await issuedBy(link), await recordsOf(link)]).toEqual([64, 64])
  })

  it.each([
    ['expired', { expiresAt: NOW + 60 }],
    ['revoked', { revokedAt: NOW }],
    ['used up', { most: 2, issued: 2 }],
  ])('does nothing when it is %s', async (_, changes) => {
    const link = await made(changes)
    expect(await use(link)).toBe(false)
    expect(await links().find(link.id)).toEqual(link)
    expect(await recordsOf(link)).toBe(0)
  })

  it('does nothing where there is no such link', async () => {
    const link = aLink()
    expect(await use(link)).toBe(false)
    expect(await rawItems(database(), TABLES.files, `L#${link.id}`)).toEqual([])
  })

  it('is told newest first, in pages', async () => {
    const link = await made()
    for (const at of [9, 1, 5, 3, 7]) await use(link, NOW + at)
    const first = await links().uses(link.id, undefined, 3)
    const second = await links().uses(link.id, first.last, 3)
    expect([...first.uses, ...second.uses].map(({ at }) => at - NOW)).toEqual([9, 7, 5, 3, 1])
    expect(second.last).toBeUndefined()
  })
})

describe('revoking a link', () => {
  it('ends it, once', async () => {
    const link = await made()
    expect(await links().revoke(link.item, link.id, NOW + 1)).toBe(true)
    expect(await links().revoke(link.item, link.id, NOW + 2)).toBe(true)
    expect(await links().find(link.id)).toEqual({ ...link, revokedAt: NOW + 1 })
    expect(await use(link)).toBe(false)
  })

  it('asks for its file: that of another file is not found, and goes on', async () => {
    const link = await made()
    const other = await made()
    expect(await links().revoke(other.item, link.id, NOW)).toBe(false)
    expect(await links().revoke(link.item, anId(), NOW)).toBe(false)
    expect(await links().find(link.id)).toEqual(link)
    expect(await links().isOf(other.item, link.id)).toBe(false)
  })
})
