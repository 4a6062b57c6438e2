import { describe, expect, it } from 'vitest'
import { table } from '../../../functions/data/table.ts'
import type { Node } from '../../../functions/files/item.ts'
import { endRoot } from '../../../functions/files/tree-store.ts'
import { MOST_SHARES, type Share } from '../../../functions/sharing/share.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { sharesIn } from '../../helpers/file-history.ts'
import { treeIn, withFile, withFolder } from '../../helpers/files.ts'
import { putManyRaw, putRaw, rawItem, rawItems } from '../../helpers/raw-items.ts'

const database = usingDatabase(startDynoxide)
const shares = () => sharesIn(database())

const anAddress = () => `${anId().toLowerCase()}@example.com`
const aTaker = () => ({ userId: anId(), address: anAddress() })
const made = () => ({ id: anId(), createdAt: NOW })
const offer = (id: string, address: string, access: Share['access'] = 'read') =>
  shares().offer(id, { address, access }, made())
const accept = (id: string, taker: { userId: string; address: string }, now = NOW + 60) =>
  shares().accept(id, taker, now)
const accessOf = async (id: string, userId: string) => (await treeIn(database()).find(id, userId))?.access

const grantees = async (id: string) =>
  (await rawItems(database(), TABLES.files, `N#${id}`)).flatMap(({ sk }) => (sk?.S?.startsWith('g#') ? sk.S : []))
const pointersOf = async (grantee: string) =>
  (await rawItems(database(), TABLES.files, `G#${grantee}`)).map(({ sk }) => sk?.S)

async function trash(id: string): Promise<void> {
  const node = await rawItem(database(), TABLES.files, `N#${id}`, 'at')
  await putRaw(database(), TABLES.files, { ...node, trashedAt: { N: String(NOW) } })
}

async function offered(access: Share['access'] = 'read') {
  const owner = anId()
  const taker = aTaker()
  const { id } = await withFile(database(), { owner })
  return { owner, id, taker, share: await offer(id, taker.address, access) }
}

const HIDING: [string, (above: Node) => Promise<unknown>][] = [
  ['a folder in the trash', ({ id }) => trash(id)],
  ['the root of an account that is gone', ({ owner }) => endAccount(owner)],
]
const endAccount = (owner: string) => table(database().db, TABLES.files).transact([endRoot(TABLES.files, owner, NOW)])

async function offeredBelow() {
  const [owner, taker] = [anId(), aTaker()]
  const above = await withFolder(database(), { owner })
  const into = await withFolder(database(), { owner, into: above })
  const { id } = await withFile(database(), { owner, into })
  await offer(id, taker.address)
  return { above, id, taker }
}

async function accepted(access: Share['access'] = 'read') {
  const before = await offered(access)
  await accept(before.id, before.taker)
  return before
}

describe('an offer', () => {
  it('is kept for the address, and lets nobody in', async () => {
    const { id, taker, share } = await offered()
    expect(await shares().page(id, undefined, 10)).toEqual({ shares: [share], last: undefined })
    expect((await shares().pageFor(taker.address, undefined, 10)).shared.map((item) => item.share)).toEqual([share])
    expect((await shares().pageFor(taker.userId, undefined, 10)).shared).toEqual([])
    expect(await accessOf(id, taker.userId)).toBeUndefined()
  })

  it('to the same address again is the same share with another access', async () => {
    const { id, taker, share } = await offered('read')
    expect(await offer(id, taker.address, 'write')).toEqual({ ...share, access: 'write' })
    expect(await grantees(id)).toEqual([`g#${taker.address}`])
    expect((await accept(id, taker)).share.access).toBe('write')
  })

  it('to one address 64 times at once is one', async () => {
    const { id } = await withFile(database(), { owner: anId() })
    const address = anAddress()
    // A store that gives up on a conflict has changed nothing.
    const outcomes = await inParallel(64, () => offer(id, address).catch(({ code }) => code))
    const ids = outcomes.flatMap((outcome) => (outcome === 'store_unavailable' ? [] : outcome.id))
    expect(new Set(ids).size).toBe(1)
    expect((await shares().page(id, undefined, 10)).shares.map((share) => share.id)).toEqual([ids[0]])
  })

  it('is refused when there are a hundred, but each of them can change', async () => {
    const { id, taker } = await offered('read')
    const more = Array.from({ length: MOST_SHARES - 1 }, () => anAddress())
    await putManyRaw(
      database(),
      TABLES.files,
      more.map((address) => ({
        ...Object.fromEntries(
          Object.entries({ pk: `N#${id}`, sk: `g#${address}`, address }).map(([k, S]) => [k, { S }]),
        ),
        share: { S: anId() },
        access: { S: 'read' },
        createdAt: { N: String(NOW) },
      })),
    )
    await expect(offer(id, anAddress())).rejects.toMatchObject({ code: 'limit_reached' })
    expect(await grantees(id)).toHaveLength(MOST_SHARES)
    expect((await offer(id, taker.address, 'write')).access).toBe('write')
    await shares().remove(id, (await shares().page(id, undefined, 1)).shares[0]!.id)
    expect((await offer(id, anAddress())).access).toBe('read')
  })
})

describe('accepting', () => {
  it('binds the share to the user, and keeps what was offered', async () => {
    const { id, owner, taker, share } = await offered('write')
    const { node, share: bound } = await accept(id, taker)
    expect(node).toMatchObject({ id, owner, kind: 'file' })
    expect(bound).toEqual({ ...share, userId: taker.userId, acceptedAt: NOW + 60 })
    expect((await shares().page(id, undefined, 10)).shares).toEqual([bound])
    expect(await grantees(id)).toEqual([`g#${taker.userId}`])
    expect(await pointersOf(taker.userId)).toEqual([id])
    expect(await pointersOf(taker.address)).toEqual([])
    expect(await accessOf(id, taker.userId)).toBe('write')
  })

  it('again changes nothing', async () => {
    const { id, taker } = await accepted()
    const before = (await shares().page(id, undefined, 10)).shares
    expect((await accept(id, taker, NOW + 999)).share).toEqual(before[0])
    expect((await shares().page(id, undefined, 10)).shares).toEqual(before)
  })

  it('64 times at once binds one share once', async () => {
    const { id, taker, share } = await offered()
    const outcomes = await inParallel(64, () => accept(id, taker).catch(({ code }) => code))
    for (const outcome of outcomes) {
      if (outcome !== 'store_unavailable') expect(outcome.share.id).toBe(share.id)
    }
    expect(await grantees(id)).toEqual([`g#${taker.userId}`])
    expect(await pointersOf(taker.userId)).toEqual([id])
  })

  it('is for who has the address, and for nobody else', async () => {
    const { id, taker } = await offered()
    const stranger = aTaker()
    await expect(accept(id, stranger)).rejects.toMatchObject({ code: 'share_not_found' })
    await expect(accept(id, { ...taker, address: stranger.address })).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await grantees(id)).toEqual([`g#${taker.address}`])
  })

  it('is final: who has the address later gets nothing, not even when it is offered again', async () => {
    const { id, taker } = await accepted('read')
    const successor = { userId: anId(), address: taker.address }
    await expect(accept(id, successor)).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await offer(id, taker.address, 'write')).toMatchObject({ userId: taker.userId, access: 'write' })
    await expect(accept(id, successor)).rejects.toMatchObject({ code: 'share_not_found' })
    expect((await shares().pageFor(taker.address, undefined, 10)).shared).toEqual([])
    expect(await accessOf(id, successor.userId)).toBeUndefined()
    expect(await accessOf(id, taker.userId)).toBe('write')
  })

  it('of what was trashed meanwhile, or is gone, finds nothing', async () => {
    const { id, taker } = await offered()
    await trash(id)
    await expect(accept(id, taker)).rejects.toMatchObject({ code: 'share_not_found' })
    await expect(accept(anId(), taker)).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await grantees(id)).toEqual([`g#${taker.address}`])
  })

  it.each(HIDING)('of what lies below %s finds nothing', async (_, hide) => {
    const { above, id, taker } = await offeredBelow()
    await hide(above)
    await expect(accept(id, taker)).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await grantees(id)).toEqual([`g#${taker.address}`])
  })

  it('beside changes of the access and removals ends in one share or in none, with both its items', async () => {
    for (let round = 0; round < 20; round++) {
      const { id, taker, share } = await offered('write')
      const removes = round % 2 === 0
      await Promise.allSettled([
        accept(id, taker),
        removes ? shares().remove(id, share.id) : offer(id, taker.address, 'read'),
      ])
      const found = (await shares().page(id, undefined, 10)).shares
      const pointers = [...(await pointersOf(taker.userId)), ...(await pointersOf(taker.address))]
      expect(pointers).toHaveLength(found.length)
      if (!removes) expect(found).toMatchObject([{ id: share.id, access: 'read' }])
    }
  })
})

describe('an accepted share', () => {
  it('has another access from the next request on, once it is offered again', async () => {
    const { id, taker } = await accepted('write')
    await offer(id, taker.address, 'read')
    expect(await accessOf(id, taker.userId)).toBe('read')
    expect(await grantees(id)).toEqual([`g#${taker.userId}`])
  })

  it('is gone from the next request on, once its owner removes it', async () => {
    const { id, taker, share } = await accepted()
    await shares().remove(id, share.id)
    expect(await accessOf(id, taker.userId)).toBeUndefined()
    expect(await grantees(id)).toEqual([])
    expect(await pointersOf(taker.userId)).toEqual([])
    await expect(accept(id, taker)).rejects.toMatchObject({ code: 'share_not_found' })
  })

  it('is gone once its taker leaves, and leaving again is harmless', async () => {
    const { id, taker } = await accepted()
    const other = aTaker()
    await offer(id, other.address)
    await accept(id, other)
    await shares().leave(id, taker)
    await shares().leave(id, taker)
    expect(await accessOf(id, taker.userId)).toBeUndefined()
    expect(await grantees(id)).toEqual([`g#${other.userId}`])
    expect(await pointersOf(taker.userId)).toEqual([])
    expect(await pointersOf(other.userId)).toEqual([id])
  })
})

describe('a removed or declined offer', () => {
  it('cannot be accepted any more', async () => {
    const { id, taker, share } = await offered()
    await shares().remove(id, share.id)
    await expect(accept(id, taker)).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await pointersOf(taker.address)).toEqual([])
    const again = await offered()
    await shares().leave(again.id, again.taker)
    await expect(accept(again.id, again.taker)).rejects.toMatchObject({ code: 'share_not_found' })
    expect([await grantees(again.id), await pointersOf(again.taker.address)]).toEqual([[], []])
  })

  it('is not found when it is removed again, or under another item', async () => {
    const { id, share } = await offered()
    const other = await offered()
    await expect(shares().remove(other.id, share.id)).rejects.toMatchObject({ code: 'share_not_found' })
    await shares().remove(id, share.id)
    await expect(shares().remove(id, share.id)).rejects.toMatchObject({ code: 'share_not_found' })
    expect(await grantees(other.id)).toHaveLength(1)
  })
})

describe('what is shared with one', () => {
  it('comes in pages, each item once, however many calls a page takes', async () => {
    const taker = aTaker()
    const owner = anId()
    const ids = await inParallel(60, async () => {
      const { id } = await withFolder(database(), { owner })
      await offer(id, taker.address)
      return id
    })
    const whole = await shares().pageFor(taker.address, undefined, 100)
    expect(whole.shared.map(({ node }) => node.id)).toEqual(ids.toSorted())
    const first = await shares().pageFor(taker.address, undefined, 40)
    const second = await shares().pageFor(taker.address, first.last, 40)
    expect([...first.shared, ...second.shared]).toEqual(whole.shared)
    expect([first.shared.length, second.last]).toEqual([40, undefined])
  })

  it('leaves out what was trashed, and what has no grant any more', async () => {
    const { id, taker } = await accepted()
    const pointer = { pk: { S: `G#${taker.userId}` }, sk: { S: anId() } }
    await putRaw(database(), TABLES.files, pointer)
    expect((await shares().pageFor(taker.userId, undefined, 10)).shared.map(({ node }) => node.id)).toEqual([id])
    await trash(id)
    expect((await shares().pageFor(taker.userId, undefined, 10)).shared).toEqual([])
  })

  it.each(HIDING)('leaves out what lies below %s, offered or accepted', async (_, hide) => {
    for (const isAccepted of [false, true]) {
      const { above, id, taker } = await offeredBelow()
      if (isAccepted) await accept(id, taker)
      const page = () => shares().pageFor(isAccepted ? taker.userId : taker.address, undefined, 10)
      expect((await page()).shared.map(({ node }) => node.id)).toEqual([id])
      await hide(above)
      expect((await page()).shared).toEqual([])
    }
  })
})
