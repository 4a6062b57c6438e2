import { describe, expect, it } from 'vitest'
import { NOW } from '../../helpers/builders.ts'
import { aCaller } from '../../helpers/callers.ts'
import { trashIn } from '../../helpers/file-history.ts'
import { withFile } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/trash/remove-item.ts'), 'dynamodb:GetItem')
const { database, cloud, handler } = route

async function aFile() {
  const owner = await aCaller(route)
  const { id } = await withFile(database(), { owner: owner.userId })
  const trash = () => trashIn(database()).trash('file', id, { caller: owner.userId, now: NOW }, undefined)
  const remove = (caller = owner) => caller.ask('DELETE', handler(), { path: { id } })
  return { owner: owner.userId, id, trash, remove }
}

describe('removing from the trash', () => {
  it('is for good at once, and sends the work there is to it, each time it is asked for', async () => {
    const { owner, id, trash, remove } = await aFile()
    await trash()
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204])
    const message = { kind: 'purge', owner, item: id }
    expect(cloud().messages).toEqual([message, message])
    const restored = trashIn(database()).restore(id, {}, { caller: owner, now: NOW })
    await expect(restored).rejects.toMatchObject({ code: 'item_not_found' })
  })

  it('costs two calls and a message', async () => {
    const { trash, remove } = await aFile()
    await trash()
    cloud().forget()
    expect((await remove()).status).toBe(204)
    expect(cloud().calls).toEqual(['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'sqs:SendMessage'])
    expect(cloud().units).toEqual({ read: 3, write: 1 })
  })

  it('goes on when it was restored and trashed again since it was read', async () => {
    const { owner, id, trash, remove } = await aFile()
    await trash()
    cloud().justBefore('dynamodb:UpdateItem', async () => {
      await trashIn(database()).restore(id, {}, { caller: owner, now: NOW })
      await trashIn(database()).trash('file', id, { caller: owner, now: NOW + 1 }, undefined)
    })
    expect((await remove()).status).toBe(204)
    expect((await trashIn(database()).page(owner, undefined, 10, NOW)).trashed).toEqual([])
  })

  it('is refused for what is not in the caller’s trash, and sends nothing', async () => {
    const { trash, remove } = await aFile()
    expect(await remove()).toMatchObject({ status: 404, body: { code: 'item_not_found' } })
    await trash()
    expect(await remove(await aCaller(route))).toMatchObject({ status: 404, body: { code: 'item_not_found' } })
    expect(cloud().messages).toEqual([])
  })
})
