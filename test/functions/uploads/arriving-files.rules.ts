import { describe, expect, it } from 'vitest'
import { uploadStore } from '../../../functions/contents/upload-store.ts'
import { ROOT } from '../../../functions/files/access.ts'
import { treeStore } from '../../../functions/files/tree-store.ts'
import { arriving } from '../../../functions/uploads/arriving.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { movesIn, trashIn } from '../../helpers/file-history.ts'
import { begun, grant, memoryObjects, treeIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { deleteRaw } from '../../helpers/raw-items.ts'
import { justBefore } from '../../helpers/sent-writes.ts'

const LATER = NOW + 60

/** Of what was begun for a file by its id, not for a name in a folder. */
export function fileArrivalRules(database: () => DynamoDb): void {
  const tree = () => treeIn(database())

  function world(db = database().db) {
    const objects = memoryObjects()
    const [itsTree, uploads] = [treeStore(db, TABLES.files), uploadStore(db, TABLES.files)]
    return { objects, ...arriving({ db, filesTable: TABLES.files, tree: itsTree, uploads, objects }) }
  }

  /** By a guest who may write the file, and nothing else. */
  async function forFile() {
    const [owner, by] = [anId(), anId()]
    const folder = await withFolder(database(), { owner })
    const file = await withFile(database(), { owner, into: folder, size: 3 })
    await grant(database(), file.id, by, 'write')
    const upload = await begun(database(), { owner, by, folder: folder.id, name: file.name, file: file.id })
    return { owner, by, file, folder, upload }
  }

  describe('an upload for a file', () => {
    it('is its new version, wherever it is and whatever its name is by then', async () => {
      const { objects, settle } = world()
      const { owner, by: guest, file, folder, upload } = await forFile()
      const move = { folderId: ROOT, name: 'moved' }
      await movesIn(database()).move('file', file.id, move, by(owner), undefined)
      // Another file has its old place and name: that is not the one meant.
      const other = await withFile(database(), { owner, into: folder, name: upload.name, size: 1 })
      objects.arrive(upload)
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'ready', node: file.id })
      const listed = { folder: owner, name: 'moved', version: 2, object: upload.id, changedBy: guest }
      expect((await tree().find(file.id, owner))?.listed).toMatchObject(listed)
      expect((await tree().find(other.id, owner))?.listed).toMatchObject({ version: 1, object: other.object })
      expect(await usedBy(database(), owner)).toEqual({ used: 14, open: 0 })
    })

    it.each<[string, (of: Awaited<ReturnType<typeof forFile>>) => Promise<unknown>]>([
      ['in the trash', ({ file, owner }) => trashIn(database()).trash('file', file.id, by(owner), undefined)],
      ['not shared any more', (of) => deleteRaw(database(), TABLES.files, `N#${of.file.id}`, `g#${of.by}`)],
      ['shared for reading only', (of) => grant(database(), of.file.id, of.by, 'read')],
    ])('that is %s is thrown away, and its room is free', async (_, happens) => {
      const { objects, settle } = world()
      const of = await forFile()
      await happens(of)
      objects.arrive(of.upload)
      expect(await settle(of.upload.id, LATER)).toMatchObject({ state: 'dead', why: 'file_gone' })
      expect(objects.stored.has(of.upload.id)).toBe(false)
      expect(await usedBy(database(), of.owner)).toEqual({ used: 3, open: 0 })
    })
  })

  describe('what arrives while its target is renamed', () => {
    it.each(['file', 'folder'] as const)('between two reads finds the %s all the same', async (kind) => {
      const owner = anId()
      const folder = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into: folder, size: 0 })
      const db = clientOf(database().url)
      const { objects, settle } = world(db)
      const target = kind === 'file' ? { file: file.id } : {}
      const upload = await begun(database(), { owner, folder: folder.id, ...target })
      objects.arrive(upload)
      const { id } = kind === 'file' ? file : folder
      const rename = () => movesIn(database()).move(kind, id, { name: 'renamed' }, by(owner), undefined)
      // The first read tells where it is listed, the second reads it there.
      justBefore(db, 'BatchGetItem', rename, { nth: 2 })
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'ready' })
      expect(objects.removed).toEqual([])
      expect((await tree().find(id, owner))?.listed?.name).toBe('renamed')
      expect(await usedBy(database(), owner)).toEqual({ used: 10, open: 0 })
    })
  })
}

const by = (caller: string) => ({ caller, now: NOW })
