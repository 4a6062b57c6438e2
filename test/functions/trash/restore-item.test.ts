import { describe, expect, it } from 'vitest'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller } from '../../helpers/callers.ts'
import { trashIn } from '../../helpers/file-history.ts'
import { treeIn, withFile, withFolder } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/trash/restore-item.ts'), 'dynamodb:GetItem')
const { database, handler } = route

async function trashed(kind: 'file' | 'folder') {
  const owner = await aCaller(route)
  const make = kind === 'file' ? withFile : withFolder
  const { id, name } = await make(database(), { owner: owner.userId })
  await trashIn(database()).trash(kind, id, { caller: owner.userId, now: NOW }, undefined)
  const restore = (body: object = {}, caller = owner) => caller.ask('POST', handler(), { path: { id }, body })
  return { owner, id, name, restore }
}

describe('taking out of the trash', () => {
  it.each(['file', 'folder'] as const)(
    'answers with the %s where it was, and again when it is repeated',
    async (kind) => {
      const { owner, id, name, restore } = await trashed(kind)
      const first = await restore()
      expect(first).toMatchObject({ status: 200, body: { kind, id, name, folderId: 'root', revision: 2 } })
      expect(first.headers.etag).toBe('"2"')
      expect(await restore()).toEqual(first)
      expect(await treeIn(database()).find(id, owner.userId)).toBeDefined()
    },
  )

  it('puts it elsewhere when that is asked for', async () => {
    const { owner, restore } = await trashed('file')
    const into = await withFolder(database(), { owner: owner.userId })
    const { body } = await restore({ folderId: into.id, name: 'other' })
    expect(body).toMatchObject({ folderId: into.id, name: 'other' })
  })

  it('is refused by name, and leaves it in the trash', async () => {
    const { owner, id, restore } = await trashed('file')
    const { name } = await withFile(database(), { owner: owner.userId })
    expect(await restore({ name })).toMatchObject({ status: 409, body: { code: 'name_taken' } })
    expect(await restore({ name: 'a/b' })).toMatchObject({ status: 400, body: { code: 'name_invalid' } })
    expect(await restore({ folderId: anId() })).toMatchObject({ status: 404, body: { code: 'folder_not_found' } })
    expect(await restore({}, await aCaller(route))).toMatchObject({ status: 404, body: { code: 'item_not_found' } })
    await trashIn(database()).giveUp(owner.userId, id, NOW)
    expect(await restore()).toMatchObject({ status: 404, body: { code: 'item_not_found' } })
  })
})
