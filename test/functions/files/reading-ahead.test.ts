import { describe, expect, it } from 'vitest'
import type { Wanted } from '../../../functions/files/change.ts'
import type { Node } from '../../../functions/files/item.ts'
import { NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { movesIn } from '../../helpers/file-history.ts'
import { grant, treeIn, withFolder } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/update-folder.ts'), 'dynamodb:GetItem')
const { database, cloud, afterReadingAhead } = route

const update = (caller: TestCaller, { id }: Node, body: Wanted) =>
  caller.ask('PATCH', route.handler(), { path: { id }, body })
const move = ({ id, owner }: Node, wanted: Wanted) =>
  movesIn(database()).move('folder', id, wanted, { caller: owner, now: NOW }, undefined)

async function twoFolders() {
  const caller = await aCaller(route)
  const [one, other] = [
    await withFolder(database(), { owner: caller.userId, name: 'one' }),
    await withFolder(database(), { owner: caller.userId, name: 'other' }),
  ]
  cloud().forget()
  return { caller, one, other }
}

describe('a folder whose node was read with the session', () => {
  it('is renamed by three calls and 5 reads', async () => {
    const { caller, one } = await twoFolders()
    expect((await update(caller, one, { name: 'new' })).status).toBe(200)
    expect(cloud().calls).toEqual(['dynamodb:BatchGetItem', 'dynamodb:BatchGetItem', 'dynamodb:TransactWriteItems'])
    expect(cloud().units).toEqual({ read: 5, write: 6 })
  })

  it('costs three calls more to be moved: for the version of the tree, for what is above and for its depth', async () => {
    const { caller, one, other } = await twoFolders()
    expect((await update(caller, one, { folderId: other.id })).status).toBe(200)
    expect(cloud().calls).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:UpdateItem',
      'dynamodb:TransactWriteItems',
    ])
  })

  it('costs a guest one more read, of the grant', async () => {
    const { caller, one } = await twoFolders()
    const guest = await aCaller(route)
    await grant(database(), one.id, guest.userId, 'write')
    cloud().forget()
    expect((await update(guest, one, { name: 'new' })).body).toMatchObject({ code: 'owner_only' })
    expect(cloud().units.read).toBe(5 + 1)
    expect((await treeIn(database()).find(one.id, caller.userId))?.node.name).toBe('one')
  })

  it('is read again when it was renamed since', async () => {
    const { caller, one } = await twoFolders()
    afterReadingAhead(() => move(one, { name: 'theirs' }))
    const { status, body } = await update(caller, one, { name: 'mine' })
    expect([status, body.name, body.revision]).toEqual([200, 'mine', 3])
  })

  it('is moved into a folder that was renamed since', async () => {
    const { caller, one, other } = await twoFolders()
    afterReadingAhead(() => move(other, { name: 'renamed' }))
    expect((await update(caller, one, { folderId: other.id })).body).toMatchObject({ folderId: other.id })
  })

  it('is never moved into a folder that was moved into it since', async () => {
    const { caller, one, other } = await twoFolders()
    afterReadingAhead(() => move(other, { folderId: one.id }))
    expect((await update(caller, one, { folderId: other.id })).body).toMatchObject({ code: 'folder_loop' })
    expect(await treeIn(database()).find(other.id, caller.userId)).toBeDefined()
  })
})
