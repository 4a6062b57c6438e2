import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../functions/files/access.ts'
import { type ListedFile, MOST_DEPTH } from '../../../functions/files/item.ts'
import { TRASH_LIFE } from '../../../functions/trash/trash.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { interrupted, movesIn, trashIn, trashOver, withNewVersion } from '../../helpers/file-history.ts'
import { grant, treeIn, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { rawItems } from '../../helpers/raw-items.ts'

export function trashRules(database: () => DynamoDb) {
  const trash = () => trashIn(database())
  const tree = () => treeIn(database())
  const by = (caller: string, now = NOW) => ({ caller, now })
  const put = (kind: 'file' | 'folder', id: string, caller: string, now = NOW) =>
    trash().trash(kind, id, by(caller, now), undefined)
  const restore = (id: string, caller: string, asked = {}, now = NOW) => trash().restore(id, asked, by(caller, now))
  const idsInTrash = async (owner: string, now = NOW) =>
    (await trash().page(owner, undefined, 100, now)).trashed.map(({ id }) => id)
  const isThere = async (id: string, caller: string) => (await tree().find(id, caller)) !== undefined

  /** Something happens between what it reads and what it writes. */
  const slowTrash = (happening: () => Promise<unknown>, call?: string) =>
    trashOver(interrupted(database(), happening, call), tree())

  describe('the trash', () => {
    it('takes a file out of its folder, shows it with who trashed it, and gives it back to where it was', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into })
      await put('file', file.id, owner)
      expect(await isThere(file.id, owner)).toBe(false)
      expect(await tree().child(into.id, file.name)).toBeUndefined()
      const { trashed } = await trash().page(owner, undefined, 100, NOW)
      expect(trashed).toEqual([{ ...file, trashedAt: NOW, trashedBy: owner }])
      const back = await restore(file.id, owner, {}, NOW + 5)
      expect(back).toEqual({ ...file, v: 2, changedAt: NOW + 5, changedBy: owner })
      expect((await tree().find(file.id, owner))?.listed).toEqual(back)
      expect(await idsInTrash(owner)).toEqual([])
    })

    it('shows the newest first, page by page, and nothing of anybody else', async () => {
      const owner = anId()
      const files: ListedFile[] = []
      for (const at of [0, 1, 2]) {
        files.unshift(await withFile(database(), { owner }))
        await put('file', files[0]!.id, owner, NOW + at)
      }
      const first = await trash().page(owner, undefined, 2, NOW)
      const rest = await trash().page(owner, first.last, 2, NOW)
      expect([first, rest].map(({ trashed }) => trashed.map(({ id }) => id))).toEqual([
        [files[0]?.id, files[1]?.id],
        [files[2]?.id],
      ])
      expect(await idsInTrash(anId())).toEqual([])
    })

    it('holds a folder with what lies below, in three items', async () => {
      const owner = anId()
      const [outer, inner] = await withFolders(database(), owner, ['outer', 'inner'])
      const file = await withFile(database(), { owner, into: inner })
      await put('folder', outer!.id, owner)
      expect([await isThere(inner!.id, owner), await isThere(file.id, owner)]).toEqual([false, false])
      expect(await idsInTrash(owner)).toEqual([outer?.id])
      await restore(outer!.id, owner)
      expect(await isThere(file.id, owner)).toBe(true)
    })

    it('takes what is there now, not what was when it looked', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      const slow = slowTrash(() => withNewVersion(database(), file, { owner }))
      await slow.trash('file', file.id, by(owner), undefined)
      expect(await restore(file.id, owner)).toMatchObject({ version: 2 })
    })

    it('goes back and forth within one second as often as one likes', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      for (let round = 1; round <= 3; round++) {
        await put('file', file.id, owner)
        expect(await idsInTrash(owner)).toEqual([file.id])
        expect(await restore(file.id, owner)).toMatchObject({ v: 1 + round, name: file.name })
        expect(await idsInTrash(owner)).toEqual([])
      }
    })

    it('is in one state, whatever 64 at a time do with it', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      const calls = Array.from({ length: 64 }, (_, at) =>
        at % 2 === 0 ? put('file', file.id, owner) : restore(file.id, owner),
      )
      await Promise.allSettled(calls)
      const listed = await rawItems(database(), TABLES.files, `F#${owner}`)
      const trashed = await rawItems(database(), TABLES.files, `T#${owner}`)
      expect(listed.length + trashed.length).toBe(1)
      expect(await isThere(file.id, owner)).toBe(listed.length === 1)
    })
  })

  describe('a restoration', () => {
    it('goes to another folder and under another name, when that is asked for', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      expect(await restore(file.id, owner, { folderId: into.id, name: 'other' })).toMatchObject({ folder: into.id })
      expect((await tree().find(file.id, owner))?.chain.map(({ id }) => id)).toEqual([into.id])
      expect((await tree().child(into.id, 'other'))?.id).toBe(file.id)
    })

    it('takes nobody’s name, and can ask for another', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner, name: 'plan' })
      await put('file', file.id, owner)
      const other = await withFile(database(), { owner, name: 'plan' })
      await expect(restore(file.id, owner)).rejects.toMatchObject({ code: 'name_taken' })
      expect((await tree().child(owner, 'plan'))?.id).toBe(other.id)
      expect(await idsInTrash(owner)).toEqual([file.id])
      expect(await restore(file.id, owner, { name: 'plan 2' })).toMatchObject({ name: 'plan 2' })
    })

    it('finds no folder that is in the trash itself, but another one', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into })
      await put('file', file.id, owner)
      await put('folder', into.id, owner)
      await expect(restore(file.id, owner)).rejects.toMatchObject({ code: 'folder_not_found' })
      expect(await restore(file.id, owner, { folderId: ROOT })).toMatchObject({ folder: owner })
    })

    it('goes into no folder of somebody else, even where its owner may write', async () => {
      const [owner, friend] = [anId(), anId()]
      const theirs = await withFolder(database(), { owner: friend })
      await grant(database(), theirs.id, owner, 'write')
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      await expect(restore(file.id, owner, { folderId: theirs.id })).rejects.toMatchObject({ code: 'owner_only' })
      expect((await tree().children(theirs.id, { limit: 10 })).children).toEqual([])
    })

    it('nests no deeper than any other way', async () => {
      const owner = anId()
      const levels = await withFolders(
        database(),
        owner,
        Array.from({ length: MOST_DEPTH }, (_, at) => `${at}`),
      )
      const folder = await withFolder(database(), { owner })
      await put('folder', folder.id, owner)
      const folderId = levels.at(-1)!.id
      await expect(restore(folder.id, owner, { folderId })).rejects.toMatchObject({ code: 'too_deep' })
    })

    it('answers the same when it is repeated, and does not move what lies elsewhere', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      const asked = { folderId: into.id, name: 'other' }
      const first = await restore(file.id, owner, asked)
      expect(await restore(file.id, owner, asked)).toEqual(first)
      expect(await restore(file.id, owner)).toEqual(first)
      for (const elsewhere of [{ folderId: ROOT }, { name: 'third' }]) {
        await expect(restore(file.id, owner, elsewhere)).rejects.toMatchObject({ code: 'item_not_found' })
      }
    })

    it('is the owner’s alone, also of what somebody else trashed', async () => {
      const [owner, friend] = [anId(), anId()]
      const into = await withFolder(database(), { owner })
      await grant(database(), into.id, friend, 'write')
      const file = await withFile(database(), { owner, into })
      await put('file', file.id, friend)
      expect(await idsInTrash(friend)).toEqual([])
      await expect(restore(file.id, friend)).rejects.toMatchObject({ code: 'item_not_found' })
      await restore(file.id, owner)
      // Neither is a repetition of what the owner did.
      await expect(restore(file.id, friend)).rejects.toMatchObject({ code: 'item_not_found' })
    })

    it('brings back what is in the trash now, not what was when it looked', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      let newer: ListedFile | undefined
      const slow = slowTrash(async () => {
        const back = await restore(file.id, owner)
        newer = await withNewVersion(database(), back as ListedFile, { owner })
        await put('file', file.id, owner)
      })
      expect(await slow.restore(file.id, {}, by(owner))).toMatchObject({ object: newer?.object, version: 2 })
    })

    it('does not come after the decision that it goes', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      const slow = slowTrash(() => trash().giveUp(owner, file.id, NOW))
      await expect(slow.restore(file.id, {}, by(owner))).rejects.toMatchObject({ code: 'item_not_found' })
      expect(await isThere(file.id, owner)).toBe(false)
    })

    it('of a folder notices that the tree changed meanwhile, and nests no deeper then', async () => {
      const owner = anId()
      const levels = await withFolders(
        database(),
        owner,
        Array.from({ length: MOST_DEPTH - 2 }, (_, at) => `${at}`),
      )
      const [above, into] = await withFolders(database(), owner, ['above', 'into'])
      const folder = await withFolder(database(), { owner })
      await put('folder', folder.id, owner)
      const folderId = levels.at(-1)!.id
      const deeper = () => movesIn(database()).move('folder', above!.id, { folderId }, by(owner), undefined)
      const slow = slowTrash(deeper, 'UpdateItemCommand')
      await expect(slow.restore(folder.id, { folderId: into!.id }, by(owner))).rejects.toMatchObject({
        code: 'too_deep',
      })
    })
  })

  describe('what goes for good', () => {
    it('is neither shown nor restored, and can be given up again', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      await trash().giveUp(owner, file.id, NOW)
      await trash().giveUp(owner, file.id, NOW + 1)
      expect(await idsInTrash(owner)).toEqual([])
      await expect(restore(file.id, owner)).rejects.toMatchObject({ code: 'item_not_found' })
    })

    it('is given up by its owner alone, and only out of the trash', async () => {
      const owner = anId()
      const [live, trashed] = [await withFile(database(), { owner }), await withFile(database(), { owner })]
      await put('file', trashed.id, owner)
      const notFound = { code: 'item_not_found' }
      await expect(trash().giveUp(owner, live.id, NOW)).rejects.toMatchObject(notFound)
      await expect(trash().giveUp(anId(), trashed.id, NOW)).rejects.toMatchObject(notFound)
      expect([await isThere(live.id, owner), await idsInTrash(owner)]).toEqual([true, [trashed.id]])
    })

    it('is not what came back meanwhile', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      const slow = slowTrash(() => restore(file.id, owner), 'UpdateItemCommand')
      await expect(slow.giveUp(owner, file.id, NOW)).rejects.toMatchObject({ code: 'item_not_found' })
      expect(await rawItems(database(), TABLES.files, `T#${owner}`)).toEqual([])
      expect(await isThere(file.id, owner)).toBe(true)
    })

    it('is all that was trashed thirty days ago, whether or not its items are gone', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await put('file', file.id, owner)
      const end = NOW + TRASH_LIFE
      expect(await idsInTrash(owner, end - 1)).toEqual([file.id])
      expect(await idsInTrash(owner, end)).toEqual([])
      await expect(restore(file.id, owner, {}, end)).rejects.toMatchObject({ code: 'item_not_found' })
      await expect(restore(file.id, owner, {}, end - 1)).resolves.toMatchObject({ id: file.id })
    })
  })
}
