import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../functions/files/access.ts'
import type { Wanted } from '../../../functions/files/change.ts'
import type { Node } from '../../../functions/files/item.ts'
import { moving } from '../../../functions/files/moving.ts'
import { listedItem, nodeItem, nodeKey, treeStore } from '../../../functions/files/tree-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { grant, treeIn, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { putManyRaw, putRaw, rawItem } from '../../helpers/raw-items.ts'
import { justBefore, transactionsOf } from '../../helpers/sent-writes.ts'
import { unitsOf } from '../../helpers/units.ts'

export function treeMoveRules(database: () => DynamoDb): void {
  const tree = () => treeIn(database())
  const movesOf = (db = database().db) => moving(db, TABLES.files, treeStore(db, TABLES.files))
  const move = (kind: 'file' | 'folder', id: string, caller: string, asked: Wanted, ifVersion?: number) =>
    movesOf().move(kind, id, asked, { caller, now: NOW + 60 }, ifVersion)
  const treeVersion = async (owner: string) => (await rawItem(database(), TABLES.files, `U#${owner}`, 'tree'))?.v?.N

  async function aTree() {
    const owner = anId()
    const [from, to] = [await withFolder(database(), { owner }), await withFolder(database(), { owner })]
    const file = await withFile(database(), { owner, into: from, name: 'plan' })
    const folder = await withFolder(database(), { owner, into: from, name: 'sub' })
    return { owner, from, to, file, folder }
  }

  describe('a file', () => {
    it('is renamed: its record and its node say so, its old name is free', async () => {
      const { owner, from, file } = await aTree()
      const after = await move('file', file.id, owner, { name: 'new' })
      expect(after).toEqual({ ...file, name: 'new', v: 2, changedAt: NOW + 60, changedBy: owner })
      expect(await tree().find(file.id, owner)).toMatchObject({ listed: after, node: { name: 'new', folder: from.id } })
      expect(await tree().child(from.id, 'plan')).toBeUndefined()
    })

    it('is moved and renamed in one step, also into the root', async () => {
      const { owner, to, file } = await aTree()
      await move('file', file.id, owner, { folderId: to.id, name: 'new' })
      expect(await tree().find(file.id, owner)).toMatchObject({ node: { ancestors: [to.id] }, listed: { name: 'new' } })
      await move('file', file.id, owner, { folderId: ROOT })
      expect(await tree().find(file.id, owner)).toMatchObject({ node: { ancestors: [], folder: owner } })
    })

    it.each(['name', 'folderId'] as const)('does not take the place of what is there: by %s', async (by) => {
      const { owner, to, file, from } = await aTree()
      const into = by === 'name' ? from : to
      const blocking = await withFile(database(), { owner, into, name: by === 'name' ? 'taken' : 'plan' })
      const asked = by === 'name' ? { name: 'taken' } : { folderId: to.id }
      await expect(move('file', file.id, owner, asked)).rejects.toMatchObject({ code: 'name_taken' })
      expect(await tree().find(file.id, owner)).toMatchObject({ listed: file })
      expect(await tree().find(blocking.id, owner)).toMatchObject({ listed: blocking })
    })

    it('that is there already stays as it is', async () => {
      const { owner, from, file } = await aTree()
      expect(await move('file', file.id, owner, { folderId: from.id, name: 'plan' })).toEqual(file)
      expect(await move('file', file.id, owner, {})).toEqual(file)
    })

    it('is not moved into what is no folder of the caller’s', async () => {
      const { owner, file } = await aTree()
      const foreign = await withFolder(database(), { owner: anId() })
      const other = await withFile(database(), { owner })
      for (const folderId of [foreign.id, other.id, anId(), owner]) {
        await expect(move('file', file.id, owner, { folderId })).rejects.toMatchObject({ code: 'folder_not_found' })
      }
    })
  })

  describe('If-Match', () => {
    it('of another revision changes nothing', async () => {
      const { owner, file, folder } = await aTree()
      for (const version of [0, 2, 99]) {
        const renamed = { name: 'new' }
        await expect(move('file', file.id, owner, renamed, version)).rejects.toMatchObject({ code: 'version_conflict' })
        await expect(move('folder', folder.id, owner, renamed, version)).rejects.toMatchObject({
          code: 'version_conflict',
        })
      }
      expect((await move('file', file.id, owner, { name: 'new' }, 1)).v).toBe(2)
    })

    it('of the revision before finds the very change done, when its answer was lost and it comes again', async () => {
      const { owner, to, file, folder } = await aTree()
      for (const [kind, { id }] of [
        ['file', file],
        ['folder', folder],
      ] as const) {
        const asked = { folderId: to.id, name: `${kind} 2` }
        const first = await move(kind, id, owner, asked, 1)
        expect(await move(kind, id, owner, asked, 1)).toEqual(first)
        await expect(move(kind, id, owner, { name: 'another' }, 1)).rejects.toMatchObject({ code: 'version_conflict' })
      }
    })

    it('holds against a change between reading and writing', async () => {
      const { owner, file } = await aTree()
      const db = clientOf(database().url)
      justBefore(db, 'TransactWriteItems', () => move('file', file.id, owner, { name: 'theirs' }))
      const mine = movesOf(db).move('file', file.id, { name: 'mine' }, { caller: owner, now: NOW }, 1)
      await expect(mine).rejects.toMatchObject({ code: 'version_conflict' })
      expect(await tree().find(file.id, owner)).toMatchObject({ listed: { name: 'theirs', v: 2 } })
    })
  })

  describe('a guest who may write', () => {
    it('moves within what is shared, and nowhere else', async () => {
      const owner = anId()
      const [shared, inner] = (await withFolders(database(), owner, ['shared', 'inner'])) as [Node, Node]
      const file = await withFile(database(), { owner, into: shared })
      const [guest, outside] = [anId(), await withFolder(database(), { owner })]
      await grant(database(), shared.id, guest, 'write')
      await move('file', file.id, guest, { folderId: inner.id })
      expect(await tree().find(file.id, owner)).toMatchObject({
        node: { folder: inner.id },
        listed: { changedBy: guest },
      })
      for (const [folderId, code] of [
        [ROOT, 'owner_only'],
        [outside.id, 'folder_not_found'],
      ] as const) {
        await expect(move('file', file.id, guest, { folderId })).rejects.toMatchObject({ code })
      }
      const theirs = await withFolder(database(), { owner: guest })
      await expect(move('file', file.id, guest, { folderId: theirs.id })).rejects.toMatchObject({ code: 'owner_only' })
      await expect(move('folder', shared.id, guest, { name: 'mine' })).rejects.toMatchObject({ code: 'owner_only' })
    })
  })

  describe('a folder', () => {
    it('is not put below itself, at any distance', async () => {
      const owner = anId()
      const [a, b, c] = (await withFolders(database(), owner, ['a', 'b', 'c'])) as [Node, Node, Node]
      for (const folderId of [a.id, b.id, c.id]) {
        await expect(move('folder', a.id, owner, { folderId })).rejects.toMatchObject({ code: 'folder_loop' })
      }
      expect(await treeVersion(owner)).toBeUndefined()
    })

    it('that is moved changes the tree’s version, one that is renamed does not', async () => {
      const { owner, to, folder } = await aTree()
      await move('folder', folder.id, owner, { name: 'renamed' })
      expect(await treeVersion(owner)).toBeUndefined()
      await move('folder', folder.id, owner, { folderId: to.id })
      await move('folder', folder.id, owner, { folderId: ROOT })
      expect(await treeVersion(owner)).toBe('2')
    })

    it('that is trashed meanwhile is not moved', async () => {
      const { owner, to, folder } = await aTree()
      const db = clientOf(database().url)
      justBefore(db, 'TransactWriteItems', () =>
        putRaw(database(), TABLES.files, nodeItem({ ...folder, trashedAt: NOW })),
      )
      const moving = movesOf(db).move('folder', folder.id, { folderId: to.id }, { caller: owner, now: NOW }, undefined)
      await expect(moving).rejects.toMatchObject({ code: 'folder_not_found' })
      const { pk, sk } = nodeKey(folder.id)
      expect(await rawItem(database(), TABLES.files, pk?.S ?? '', sk?.S ?? '')).toMatchObject({ trashedAt: {} })
    })
  })

  describe('a move costs', () => {
    const THREE = ['Delete', 'Put', 'Update']
    it('three items for a file, and for a folder that stays where it is', async () => {
      const { owner, to, file, folder } = await aTree()
      const db = clientOf(database().url)
      const sent = transactionsOf(db)
      const author = { caller: owner, now: NOW }
      await movesOf(db).move('file', file.id, { folderId: to.id }, author, undefined)
      await movesOf(db).move('folder', folder.id, { name: 'renamed' }, author, undefined)
      expect(sent).toEqual([THREE, THREE])
    })

    it('four items for a folder, with ten thousand files in it as with none', async () => {
      const { owner, to, folder } = await aTree()
      const many = Array.from({ length: 10_000 }, (_, at) => fileItems(folder, `file ${at}`)).flat()
      await putManyRaw(database(), TABLES.files, many)
      const db = clientOf(database().url)
      const sent = transactionsOf(db)
      const { during } = unitsOf(db)
      const cost = await during(() =>
        movesOf(db).move('folder', folder.id, { folderId: to.id }, { caller: owner, now: NOW }, undefined),
      )
      expect(sent).toEqual([[...THREE, 'Update']])
      // Beside it, one that a new level below was noted in the folder above.
      expect(cost.calls.filter((call) => !call.endsWith('GetItem'))).toEqual(['UpdateItem', 'TransactWriteItems'])
      const someFile = (await tree().child(folder.id, 'file 9999'))!
      expect((await tree().find(someFile.id, owner))?.chain.map(({ id }) => id)).toEqual([folder.id, to.id])
    })
  })
}

/** Its record and its node; no content is asked for. */
function fileItems({ id: folder, owner, ancestors }: Node, name: string) {
  const id = anId()
  const added = { addedAt: NOW, addedBy: owner }
  const content = { object: anId(), size: 1, type: 'text/plain', sum: 'sum', version: 1, ...added }
  const times = { v: 1, createdAt: NOW, changedAt: NOW, changedBy: owner }
  return [
    listedItem({ id, kind: 'file', folder, name, ...content, ...times }),
    nodeItem({ id, kind: 'file', owner, folder, name, ancestors: [folder, ...ancestors] }),
  ]
}
