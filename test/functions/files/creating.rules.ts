import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../functions/files/access.ts'
import { creating } from '../../../functions/files/creating.ts'
import { MOST_DEPTH, type Node } from '../../../functions/files/item.ts'
import { moving } from '../../../functions/files/moving.ts'
import { nodeKey, treeStore } from '../../../functions/files/tree-store.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { grant, treeIn, uploadsIn, usedBy, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { deleteRaw, rawItem } from '../../helpers/raw-items.ts'
import { justBefore } from '../../helpers/sent-writes.ts'

export function treeChangeRules(database: () => DynamoDb): void {
  const tree = () => treeIn(database())
  const changes = (db = database().db) => creating(db, TABLES.files, treeStore(db, TABLES.files))
  const make = (caller: string, folderId: string, name = `folder ${anId()}`, id = anId()) =>
    changes().createFolder(id, { folderId, name }, { caller, now: NOW })
  const found = async (id: string, caller: string) => (await tree().find(id, caller))!.node

  /** Folders in each other, made as clients make them; the innermost last. */
  async function nested(caller: string, levels: number): Promise<string[]> {
    const ids: string[] = []
    for (let level = 0; level < levels; level++) ids.push((await make(caller, ids.at(-1) ?? ROOT)).id)
    return ids
  }

  describe('a new folder', () => {
    it('is listed where it was asked for, with all that is above it', async () => {
      const caller = anId()
      const [outer = '', inner = ''] = await nested(caller, 2)
      const listed = await make(caller, inner, 'plans')
      const times = { v: 1, createdAt: NOW, changedAt: NOW, changedBy: caller }
      expect(listed).toEqual({ id: listed.id, kind: 'folder', folder: inner, name: 'plans', ...times })
      expect(await tree().child(inner, 'plans')).toEqual(listed)
      expect((await found(listed.id, caller)).ancestors).toEqual([inner, outer])
    })

    it('is made once by 64 requests of one id, and all are told the same', async () => {
      const [caller, id] = [anId(), anId()]
      const all = await inParallel(64, () => make(caller, ROOT, 'same', id).catch(busy))
      const told = all.filter((listed) => listed !== undefined)
      expect(told.length).toBeGreaterThan(0)
      expect(await make(caller, ROOT, 'same', id)).toEqual(told[0])
      expect((await tree().children(caller, { limit: 100 })).children).toEqual([told[0]])
      for (const listed of told) expect(listed).toEqual(told[0])
    })

    it('of a name that is there is refused, whatever has it', async () => {
      const caller = anId()
      await make(caller, ROOT, 'taken')
      await withFile(database(), { owner: caller, name: 'a file' })
      for (const name of ['taken', 'a file']) {
        await expect(make(caller, ROOT, name)).rejects.toMatchObject({ code: 'name_taken' })
      }
      expect((await tree().children(caller, { limit: 9 })).children).toHaveLength(2)
    })

    it('of a name that 64 want at once is made for one', async () => {
      const caller = anId()
      const outcomes = await inParallel(64, () => make(caller, ROOT, 'wanted').catch((error) => error.code))
      expect(outcomes.filter((outcome) => typeof outcome === 'object')).toHaveLength(1)
      for (const code of outcomes)
        if (typeof code === 'string') expect(code).toMatch(/^(name_taken|store_unavailable)$/)
    })

    it('of an id that was given out for another is refused and changes nothing', async () => {
      const caller = anId()
      const { id } = await make(caller, ROOT, 'first')
      const other = await make(caller, ROOT, 'other')
      for (const folderId of [ROOT, other.id]) {
        const again = make(caller, folderId, 'second', id)
        await expect(again).rejects.toMatchObject({ code: 'idempotency_key_reused' })
      }
      expect(await found(id, caller)).toMatchObject({ name: 'first' })
      expect(await tree().child(caller, 'second')).toBeUndefined()
    })

    it('needs a folder that the caller may write', async () => {
      const [owner, guest] = [anId(), anId()]
      const folder = await withFolder(database(), { owner })
      await expect(make(guest, folder.id)).rejects.toMatchObject({ code: 'folder_not_found' })
      await grant(database(), folder.id, guest, 'read')
      await expect(make(guest, folder.id)).rejects.toMatchObject({ code: 'read_only' })
      await grant(database(), folder.id, guest, 'write')
      const { id } = await make(guest, folder.id)
      expect(await found(id, owner)).toMatchObject({ owner, folder: folder.id })
    })
  })

  describe('the depth', () => {
    it(`is at most ${MOST_DEPTH}: one folder more is refused, beside it there is room`, async () => {
      const caller = anId()
      const ids = await nested(caller, MOST_DEPTH)
      await expect(make(caller, ids.at(-1)!)).rejects.toMatchObject({ code: 'too_deep' })
      await make(caller, ids.at(-2)!)
      expect(await found(ids.at(-1)!, caller)).toMatchObject({ height: 0 })
      expect(await found(ids[0]!, caller)).toMatchObject({ height: MOST_DEPTH - 1 })
    })

    it('counts what lies below a folder that is moved', async () => {
      const caller = anId()
      const deep = await nested(caller, 10)
      const subtree = await nested(caller, 7)
      const move = (id: string, into: string) =>
        moving(database().db, TABLES.files, tree()).move(
          'folder',
          id,
          { folderId: into },
          { caller, now: NOW },
          undefined,
        )
      await expect(move(subtree[0]!, deep.at(-1)!)).rejects.toMatchObject({ code: 'too_deep' })
      expect((await found(subtree[0]!, caller)).folder).toBe(caller)
      await move(subtree[0]!, deep.at(-2)!)
      expect((await tree().find(subtree.at(-1)!, caller))?.chain).toHaveLength(15)
      await expect(make(caller, subtree.at(-1)!)).rejects.toMatchObject({ code: 'too_deep' })
    })

    it('holds when a folder above is moved down while one is made below it', async () => {
      const caller = anId()
      const deep = await nested(caller, MOST_DEPTH - 2)
      const [above = '', into = ''] = await nested(caller, 2)
      const db = clientOf(database().url)
      // Its way up is read by then, and not yet is it noted how deep it will be.
      justBefore(db, 'UpdateItem', () =>
        moving(database().db, TABLES.files, tree()).move(
          'folder',
          above,
          { folderId: deep.at(-1) },
          { caller, now: NOW },
          undefined,
        ),
      )
      const making = changes(db).createFolder(anId(), { folderId: into, name: 'deepest' }, { caller, now: NOW })
      await expect(making).rejects.toMatchObject({ code: 'too_deep' })
      expect((await tree().find(into, caller))?.chain).toHaveLength(MOST_DEPTH - 1)
      expect(await tree().child(into, 'deepest')).toBeUndefined()
    })
  })

  describe('a copy', () => {
    const copy = (from: string, caller: string, asked: { folderId?: string; name?: string }, id = anId()) =>
      changes().copyFile(from, id, asked, { caller, now: NOW + 60 })
    const refsOf = async (object: string) => (await uploadsIn(database()).find(object))?.refs

    it('has the content of the file and nothing else of it, and takes no room', async () => {
      const owner = anId()
      const folder = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, name: 'plan' })
      const made = await copy(file.id, owner, { folderId: folder.id })
      const fresh = { v: 1, version: 1, createdAt: NOW + 60, changedAt: NOW + 60, changedBy: owner }
      expect(made).toEqual({ ...file, id: made.id, folder: folder.id, ...fresh })
      expect(made.id).not.toBe(file.id)
      expect(await refsOf(file.object)).toBe(2)
      expect(await usedBy(database(), owner)).toEqual({ used: 10, open: 0 })
      expect(await tree().find(file.id, owner)).toMatchObject({ listed: file })
    })

    it('is made once by 16 requests of one id', async () => {
      const [owner, id] = [anId(), anId()]
      const file = await withFile(database(), { owner })
      await inParallel(16, () => copy(file.id, owner, { name: 'copy' }, id).catch(busy))
      expect(await copy(file.id, owner, { name: 'copy' }, id)).toMatchObject({ id, object: file.object })
      expect(await refsOf(file.object)).toBe(2)
    })

    it('of a name that is there is refused, and nothing holds the content once more', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner, name: 'plan' })
      await expect(copy(file.id, owner, {})).rejects.toMatchObject({ code: 'name_taken' })
      expect(await refsOf(file.object)).toBe(1)
    })

    it('is not made into the folders of somebody else', async () => {
      const [owner, guest] = [anId(), anId()]
      const folder = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into: folder })
      await grant(database(), folder.id, guest, 'read')
      await expect(copy(file.id, guest, { name: 'copy' })).rejects.toMatchObject({ code: 'read_only' })
      await expect(copy(file.id, guest, { folderId: ROOT })).rejects.toMatchObject({ code: 'owner_only' })
      expect(await refsOf(file.object)).toBe(1)
    })
  })

  it('how deep it goes below a folder that is gone meanwhile brings no folder back', async () => {
    const caller = anId()
    const [above] = (await withFolders(database(), caller, ['above'])) as [Node]
    const db = clientOf(database().url)
    justBefore(db, 'UpdateItem', () => deleteRaw(database(), TABLES.files, `N#${above.id}`, 'at'))
    const making = changes(db).createFolder(anId(), { folderId: above.id, name: 'x' }, { caller, now: NOW })
    await expect(making).rejects.toMatchObject({ code: 'folder_not_found' })
    const { pk, sk } = nodeKey(above.id)
    expect(await rawItem(database(), TABLES.files, pk?.S ?? '', sk?.S ?? '')).toBeUndefined()
  })
}

/** Who loses to the others’ transactions again and again is told to come again. */
function busy(error: { code?: string }): undefined {
  expect(error.code).toBe('store_unavailable')
}
