import { beforeAll, describe, expect, it } from 'vitest'
import type { Share } from '../../../functions/sharing/share.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { movesIn, trashIn } from '../../helpers/file-history.ts'
import { treeIn, withFile, withFolder } from '../../helpers/files.ts'
import { putRaw, rawItem } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/sharing/accept-share.ts'), 'dynamodb:GetItem')
const { database, cloud } = route

type Handler = ReturnType<typeof route.handler>
let listMine: Handler
let listShares: Handler
let removeShare: Handler
let leaveShare: Handler
let createShare: Handler
beforeAll(async () => {
  ;({ handler: listMine } = await import('../../../functions/sharing/list-shared-with-me.ts'))
  ;({ handler: listShares } = await import('../../../functions/sharing/list-shares.ts'))
  ;({ handler: removeShare } = await import('../../../functions/sharing/remove-share.ts'))
  ;({ handler: leaveShare } = await import('../../../functions/sharing/leave-share.ts'))
  ;({ handler: createShare } = await import('../../../functions/sharing/create-share.ts'))
})

const offer = (owner: TestCaller, id: string, taker: TestCaller, access: Share['access'] = 'read') =>
  owner.ask('POST', createShare, { path: { id }, body: { email: taker.address, access } })
const accept = (taker: TestCaller, id: string) => taker.ask('POST', route.handler(), { path: { id } })
const mine = (taker: TestCaller, query: Record<string, string> = {}) => taker.ask('GET', listMine, { query })
const given = (owner: TestCaller, id: string, query: Record<string, string> = {}) =>
  owner.ask('GET', listShares, { path: { id }, query })
const remove = (owner: TestCaller, id: string, shareId: string) =>
  owner.ask('DELETE', removeShare, { path: { id, shareId } })
const leave = (taker: TestCaller, id: string) => taker.ask('DELETE', leaveShare, { path: { id } })
const accessOf = async (id: string, { userId }: TestCaller) => (await treeIn(database()).find(id, userId))?.access

async function offered(access: Share['access'] = 'read') {
  const [owner, taker] = [await aCaller(route), await aCaller(route)]
  const folder = await withFolder(database(), { owner: owner.userId, name: 'plans' })
  const { body: share } = await offer(owner, folder.id, taker, access)
  return { owner, taker, id: folder.id, folder, share }
}

/** Offered and accepted: a file in a folder, that folder, and one of another owner. */
async function severalShared() {
  const [owner, other, taker] = [await aCaller(route), await aCaller(route), await aCaller(route)]
  const outer = await withFolder(database(), { owner: owner.userId, name: 'outer' })
  const inner = await withFolder(database(), { owner: owner.userId, into: outer, name: 'inner' })
  const file = await withFile(database(), { owner: owner.userId, into: inner, name: 'file' })
  const theirs = await withFolder(database(), { owner: other.userId, name: 'theirs' })
  for (const id of [inner.id, file.id]) await offer(owner, id, taker)
  await offer(other, theirs.id, taker)
  for (const id of [inner.id, file.id, theirs.id]) expect((await accept(taker, id)).status).toBe(200)
  cloud().forget()
  const names = async () => {
    const { body } = await mine(taker)
    return body.items.map(({ name }: { name: string }) => name).toSorted()
  }
  return { owner, outer, inner, file, names }
}

describe('what is shared with someone', () => {
  it('is listed by four calls, however much it is and of whomever', async () => {
    const { names } = await severalShared()
    expect(await names()).toEqual(['file', 'inner', 'theirs'])
    expect(cloud().calls.toSorted()).toEqual([...Array(3).fill('dynamodb:BatchGetItem'), 'dynamodb:Query'])
  })

  it('is not listed below what its owner trashed', async () => {
    const { owner, outer, names } = await severalShared()
    const trashed = { caller: owner.userId, now: NOW }
    await trashIn(database()).trash('folder', outer.id, trashed, undefined)
    expect(await names()).toEqual(['theirs'])
  })

  it('is not listed in the trash', async () => {
    const { owner, file, names } = await severalShared()
    await trashIn(database()).trash('file', file.id, { caller: owner.userId, now: NOW }, undefined)
    expect(await names()).toEqual(['inner', 'theirs'])
  })

  it('is listed under its new name when it is renamed between two reads', async () => {
    const { owner, file, names } = await severalShared()
    const rename = () =>
      movesIn(database()).move('file', file.id, { name: 'new' }, { caller: owner.userId, now: NOW }, undefined)
    // The first call reads the session, the second nodes and grants, the third proves them.
    const next = (happening: () => Promise<unknown>) => cloud().justBefore('dynamodb:BatchGetItem', happening)
    next(async () => next(async () => next(rename)))
    expect(await names()).toEqual(['inner', 'new', 'theirs'])
  })
})

describe('a share', () => {
  it('is accepted by four calls', async () => {
    const { taker, id } = await offered()
    cloud().forget()
    expect((await accept(taker, id)).status).toBe(200)
    expect(cloud().calls).toEqual([...Array(3).fill('dynamodb:BatchGetItem'), 'dynamodb:TransactWriteItems'])
  })

  it('goes from an offer to an acceptance, and is seen so from both sides', async () => {
    const { owner, taker, id, share } = await offered('write')
    const since = new Date(NOW * 1000).toISOString()
    const seen = { itemId: id, kind: 'folder', name: 'plans', ownerId: owner.userId, access: 'write', since }
    expect((await mine(taker, { state: 'offered' })).body).toEqual({ items: [{ ...seen, state: 'offered' }] })
    expect((await mine(taker)).body).toEqual({ items: [] })
    expect((await given(owner, id)).body).toEqual({ shares: [share] })

    expect(await accept(taker, id)).toMatchObject({ status: 200, body: { ...seen, state: 'accepted' } })
    expect((await mine(taker, { state: 'offered' })).body).toEqual({ items: [] })
    expect((await mine(taker)).body).toEqual({ items: [{ ...seen, state: 'accepted' }] })
    expect((await given(owner, id)).body).toEqual({ shares: [{ ...share, state: 'accepted', userId: taker.userId }] })
    expect(await accept(taker, id)).toMatchObject({ status: 200, body: { state: 'accepted' } })
  })

  it('opens what lies below, and is gone on the next request after its removal', async () => {
    const { owner, taker, id, folder, share } = await offered()
    const file = await withFile(database(), { owner: owner.userId, into: folder })
    expect(await accessOf(file.id, taker)).toBeUndefined()
    await accept(taker, id)
    expect(await accessOf(file.id, taker)).toBe('read')
    expect(await remove(owner, id, share.id)).toMatchObject({ status: 204 })
    expect(await accessOf(file.id, taker)).toBeUndefined()
    expect((await mine(taker)).body).toEqual({ items: [] })
    expect((await remove(owner, id, share.id)).body.code).toBe('share_not_found')
  })

  it('accepted while its owner removes it is not there', async () => {
    const { owner, taker, id, share } = await offered()
    cloud().justBefore('dynamodb:TransactWriteItems', () => remove(owner, id, share.id))
    expect((await accept(taker, id)).body.code).toBe('share_not_found')
    expect(await accessOf(id, taker)).toBeUndefined()
  })

  it('accepted while its owner changes the access has the changed one', async () => {
    const { owner, taker, id } = await offered('write')
    cloud().justBefore('dynamodb:TransactWriteItems', () => offer(owner, id, taker, 'read'))
    expect((await accept(taker, id)).body.access).toBe('read')
    expect(await accessOf(id, taker)).toBe('read')
  })

  it('accepted while its owner takes it back and offers it anew is the new one', async () => {
    const { owner, taker, id, share } = await offered()
    cloud().justBefore('dynamodb:TransactWriteItems', async () => {
      await remove(owner, id, share.id)
      await offer(owner, id, taker)
    })
    expect((await accept(taker, id)).status).toBe(200)
    const { shares } = (await given(owner, id)).body
    expect(shares).toMatchObject([{ state: 'accepted' }])
    expect(shares[0].id).not.toBe(share.id)
  })

  it.each(['removed', 'changed'])('%s while it is accepted is so all the same', async (how) => {
    const { owner, taker, id, share } = await offered('write')
    cloud().justBefore('dynamodb:TransactWriteItems', () => accept(taker, id))
    if (how === 'removed') await remove(owner, id, share.id)
    else expect((await offer(owner, id, taker, 'read')).body).toMatchObject({ id: share.id, access: 'read' })
    expect(await accessOf(id, taker)).toBe(how === 'removed' ? undefined : 'read')
  })

  it('is left or declined by its taker, as often as that is asked for', async () => {
    const { owner, taker, id } = await offered()
    await accept(taker, id)
    for (let time = 0; time < 2; time++) expect(await leave(taker, id)).toMatchObject({ status: 204 })
    expect(await accessOf(id, taker)).toBeUndefined()
    await offer(owner, id, taker)
    expect(await leave(taker, id)).toMatchObject({ status: 204 })
    expect((await accept(taker, id)).body.code).toBe('share_not_found')
    expect((await given(owner, id)).body).toEqual({ shares: [] })
  })

  it('is nobody else’s to accept, leave, see or remove', async () => {
    const { taker, id, share } = await offered()
    const stranger = await aCaller(route)
    expect((await accept(stranger, id)).body.code).toBe('share_not_found')
    await leave(stranger, id)
    expect((await given(stranger, id)).body.code).toBe('item_not_found')
    expect((await remove(stranger, id, share.id)).body.code).toBe('item_not_found')
    await accept(taker, id)
    expect((await given(taker, id)).body.code).toBe('owner_only')
    expect((await remove(taker, id, share.id)).body.code).toBe('owner_only')
    expect(await accessOf(id, taker)).toBe('read')
  })

  it('belongs to the address that the gate tells, not to an older one', async () => {
    const { taker, id } = await offered()
    const gate = await rawItem(database(), TABLES.sessions, taker.userId, 'gate')
    await putRaw(database(), TABLES.sessions, { ...gate, address: { S: `${anId()}@example.com` } })
    expect((await mine(taker, { state: 'offered' })).body).toEqual({ items: [] })
    expect((await accept(taker, id)).body.code).toBe('share_not_found')
  })
})

describe('lists of shares', () => {
  it('come in pages; a cursor of another list or user is refused', async () => {
    const { owner, taker, id } = await offered()
    const other = await aCaller(route)
    await offer(owner, id, other)
    const first = await given(owner, id, { limit: '1' })
    const second = await given(owner, id, { limit: '1', cursor: first.body.nextCursor })
    const addresses = [...first.body.shares, ...second.body.shares].map(({ address }) => address)
    expect(addresses.toSorted()).toEqual([taker.address, other.address].toSorted())
    const { folder } = await offered()
    const more = await withFolder(database(), { owner: owner.userId })
    await offer(owner, more.id, taker)
    const page = await mine(taker, { state: 'offered', limit: '1' })
    expect(page.body.items).toHaveLength(1)
    expect((await mine(taker, { state: 'offered', limit: '1', cursor: page.body.nextCursor })).status).toBe(200)
    for (const refused of [
      mine(taker, { cursor: page.body.nextCursor }),
      mine(other, { state: 'offered', cursor: page.body.nextCursor }),
      given(owner, more.id, { cursor: first.body.nextCursor }),
      given(owner, id, { cursor: `${first.body.nextCursor}x` }),
    ])
      expect((await refused).body.code).toBe('invalid_cursor')
    expect((await given(owner, folder.id)).body.code).toBe('item_not_found')
  })

  it('leave out what was trashed', async () => {
    const { taker, id } = await offered()
    await accept(taker, id)
    const node = await rawItem(database(), TABLES.files, `N#${id}`, 'at')
    await putRaw(database(), TABLES.files, { ...node, trashedAt: { N: String(NOW) } })
    expect((await mine(taker)).body).toEqual({ items: [] })
  })
})
