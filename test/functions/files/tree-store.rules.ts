import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../functions/files/access.ts'
import type { Node } from '../../../functions/files/item.ts'
import { grantKey, listedKey, nodeItem, nodeKey, treeStore } from '../../../functions/files/tree-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { grant, treeIn, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { deleteRaw, putRaw } from '../../helpers/raw-items.ts'
import { unitsOf } from '../../helpers/units.ts'

const NOT_FOUND = { code: 'file_not_found' }
const named = (count: number) => Array.from({ length: count }, (_, depth) => `level ${depth}`)

export function treeRules(database: () => DynamoDb): void {
  const tree = () => treeIn(database())
  const put = (node: Node) => putRaw(database(), TABLES.files, nodeItem(node))
  const remove = ({ pk, sk }: ReturnType<typeof nodeKey>) =>
    deleteRaw(database(), TABLES.files, pk?.S ?? '', sk?.S ?? '')
  const idsAbove = async (id: string, caller: string) => (await tree().find(id, caller))?.chain.map((node) => node.id)

  /** A file below folders of one owner, the outermost first. */
  async function deepFile(levels = 3) {
    const owner = anId()
    const folders = await withFolders(database(), owner, named(levels))
    const file = await withFile(database(), { owner, into: folders.at(-1), name: 'plan.txt' })
    return { owner, folders, file, outermost: folders[0]!, innermost: folders.at(-1)! }
  }

  /** Another folder above it from now on; what lies below still remembers the old way. */
  async function moveBelow(folder: Node, into: Node): Promise<Node> {
    const moved = { ...folder, folder: into.id, ancestors: [into.id, ...into.ancestors] }
    await put(moved)
    return moved
  }

  describe('a file or folder is found by its id', () => {
    it('with its record and every folder above it, the nearest first', async () => {
      const { owner, folders, file } = await deepFile()
      const place = await tree().find(file.id, owner)
      expect(place).toMatchObject({ access: 'owner', accessAbove: 'owner', listed: file })
      expect(place?.chain.map(({ name }) => name)).toEqual(['level 2', 'level 1', 'level 0'])
      expect((await tree().folder(folders[1]!.id, owner, 'own')).node.name).toBe('level 1')
    })

    it('in the root without any folder above it', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      expect(await tree().find(file.id, owner)).toMatchObject({ chain: [], access: 'owner', listed: file })
    })

    it('in two calls, sixteen levels down and for one with whom it is shared', async () => {
      const { owner, outermost, file } = await deepFile(16)
      const friend = anId()
      await grant(database(), outermost.id, friend, 'read')
      const db = clientOf(database().url)
      const { during } = unitsOf(db)
      for (const caller of [owner, friend]) {
        const cost = await during(() => treeStore(db, TABLES.files).file(file.id, caller, 'read'))
        expect(cost.calls).toEqual(['BatchGetItem', 'BatchGetItem'])
      }
    })

    it.each([
      ['file', 'folder'],
      ['folder', 'file'],
    ] as const)('a %s not where a %s is asked for', async (is, asked) => {
      const { owner, innermost, file } = await deepFile()
      const id = is === 'file' ? file.id : innermost.id
      await expect(tree().listed(asked, id, owner, 'read')).rejects.toMatchObject({ code: `${asked}_not_found` })
      expect(await tree().listed(is, id, owner, 'read')).toMatchObject({ node: { id } })
    })

    it('also when it is renamed between the two reads', async () => {
      const { owner, file } = await deepFile()
      const db = clientOf(database().url)
      let reads = 0
      db.middlewareStack.add(
        (next) => async (args) => {
          if (++reads === 2) await rename()
          return next(args)
        },
        { step: 'initialize' },
      )
      async function rename() {
        const { node } = (await tree().find(file.id, owner))!
        await remove(listedKey(file.folder, file.name))
        await putRaw(database(), TABLES.files, {
          ...listedKey(file.folder, 'new'),
          id: { S: file.id },
          kind: { S: 'file' },
        })
        await put({ ...node, name: 'new' })
      }
      expect(await treeStore(db, TABLES.files).file(file.id, owner, 'read')).toMatchObject({ node: { name: 'new' } })
    })
  })

  describe('what is remembered about the folders above', () => {
    it('may be old on several levels: the links themselves count', async () => {
      const { owner, folders, file } = await deepFile(4)
      const elsewhere = await withFolders(database(), owner, ['x', 'y', 'z'])
      // First the third level moves below y, then y with it below another: two hints are wrong by then.
      await moveBelow(folders[2]!, elsewhere[1]!)
      const other = await withFolder(database(), { owner, name: 'other' })
      await moveBelow(elsewhere[1]!, other)
      expect(await idsAbove(file.id, owner)).toEqual([folders[3]!.id, folders[2]!.id, elsewhere[1]!.id, other.id])
    })

    it('never lets anyone in: a folder that was moved out of a share is gone for its guest', async () => {
      const { owner, folders, outermost, file } = await deepFile()
      const guest = anId()
      await grant(database(), outermost.id, guest, 'write')
      expect(await tree().find(file.id, guest)).toMatchObject({ access: 'write' })
      await moveBelow(folders[1]!, await withFolder(database(), { owner }))
      expect(await tree().find(file.id, guest)).toBeUndefined()
      expect(await tree().find(file.id, owner)).toMatchObject({ access: 'owner' })
    })

    it('keeps nobody out: a folder that was moved into a share is there for its guest', async () => {
      const { owner, folders, file } = await deepFile()
      const [guest, shared] = [anId(), await withFolder(database(), { owner })]
      await grant(database(), shared.id, guest, 'read')
      expect(await tree().find(file.id, guest)).toBeUndefined()
      await moveBelow(folders[1]!, shared)
      expect(await tree().find(file.id, guest)).toMatchObject({ access: 'read', accessAbove: 'read' })
    })
  })

  describe('nothing is found', () => {
    it.each([0, 1, 2])('below a trashed folder, here level %i', async (level) => {
      const { owner, folders, file } = await deepFile()
      await put({ ...folders[level]!, trashedAt: NOW })
      await expect(tree().file(file.id, owner, 'read')).rejects.toMatchObject(NOT_FOUND)
    })

    it.each([0, 1, 2])('below a folder that is gone, here level %i', async (level) => {
      const { owner, folders, file } = await deepFile()
      await remove(nodeKey(folders[level]!.id))
      await expect(tree().file(file.id, owner, 'read')).rejects.toMatchObject(NOT_FOUND)
    })

    it('that is itself in the trash, or is listed nowhere', async () => {
      const { owner, file } = await deepFile()
      const { node } = (await tree().find(file.id, owner))!
      await put({ ...node, trashedAt: NOW })
      expect(await tree().find(file.id, owner)).toBeUndefined()
      await put(node)
      await remove(listedKey(file.folder, file.name))
      expect(await tree().find(file.id, owner)).toBeUndefined()
    })

    it('where the record of its place is of another', async () => {
      const { owner, innermost, file } = await deepFile()
      const { node } = (await tree().find(file.id, owner))!
      await withFile(database(), { owner, into: innermost, name: 'plan 2.txt' })
      await put({ ...node, name: 'plan 2.txt' })
      expect(await tree().find(file.id, owner)).toBeUndefined()
    })

    it('below a file, or below a folder of somebody else', async () => {
      const { owner, file } = await deepFile()
      const below = await withFolder(database(), { owner, into: { ...file, owner, ancestors: [] } })
      expect(await tree().find(below.id, owner)).toBeUndefined()
      const foreign = await withFolder(database(), { owner: anId() })
      const inForeign = await withFolder(database(), { owner, into: foreign })
      expect(await tree().find(inForeign.id, owner)).toBeUndefined()
    })

    it('by a stranger, by an unknown id, or by the id of a root, whoever’s', async () => {
      const { owner, innermost, file } = await deepFile()
      await expect(tree().file(file.id, anId(), 'read')).rejects.toMatchObject(NOT_FOUND)
      await expect(tree().file(anId(), owner, 'read')).rejects.toMatchObject(NOT_FOUND)
      for (const caller of [owner, anId()]) {
        await expect(tree().folder(owner, caller, 'read')).rejects.toMatchObject({ code: 'folder_not_found' })
        await expect(tree().item(owner, caller, 'read')).rejects.toMatchObject({ code: 'item_not_found' })
      }
      await expect(tree().folder(innermost.id, anId(), 'read')).rejects.toMatchObject({ code: 'folder_not_found' })
      expect((await tree().folder(ROOT, owner, 'own')).node.id).toBe(owner)
    })

    it('in a ring of folders, and the walk ends', async () => {
      const { owner, folders, file } = await deepFile()
      await moveBelow(folders[0]!, folders[2]!)
      expect(await tree().find(file.id, owner)).toBeUndefined()
    })
  })

  describe('a guest', () => {
    it.each([0, 1, 2])('is let in by a grant on level %i, until it is taken back', async (level) => {
      const { folders, file } = await deepFile()
      const guest = anId()
      await grant(database(), folders[level]!.id, guest, 'write')
      expect(await tree().file(file.id, guest, 'change')).toMatchObject({ access: 'write' })
      await remove(grantKey(folders[level]!.id, guest))
      await expect(tree().file(file.id, guest, 'read')).rejects.toMatchObject(NOT_FOUND)
    })

    it.each([
      ['read', 'write'],
      ['write', 'read'],
    ] as const)('has the best of several grants: %s above %s', async (above, below) => {
      const { folders, file } = await deepFile()
      const guest = anId()
      await grant(database(), folders[0]!.id, guest, above)
      await grant(database(), folders[2]!.id, guest, below)
      expect(await tree().find(file.id, guest)).toMatchObject({ access: 'write' })
    })

    it('with the file alone may write it, but neither rename nor move it, nor see what is above', async () => {
      const { innermost, file } = await deepFile()
      const guest = anId()
      await grant(database(), file.id, guest, 'write')
      expect(await tree().file(file.id, guest, 'write')).toMatchObject({ access: 'write', accessAbove: undefined })
      await expect(tree().file(file.id, guest, 'change')).rejects.toMatchObject({ code: 'owner_only' })
      await expect(tree().folder(innermost.id, guest, 'read')).rejects.toMatchObject({ code: 'folder_not_found' })
    })

    it('who may read is refused everything else, by name', async () => {
      const { folders, file } = await deepFile()
      const guest = anId()
      await grant(database(), folders[1]!.id, guest, 'read')
      expect(await tree().file(file.id, guest, 'read')).toMatchObject({ access: 'read' })
      for (const need of ['write', 'change'] as const) {
        await expect(tree().file(file.id, guest, need)).rejects.toMatchObject({ code: 'read_only' })
      }
      await expect(tree().file(file.id, guest, 'own')).rejects.toMatchObject({ code: 'owner_only' })
      await grant(database(), file.id, guest, 'write')
      await expect(tree().file(file.id, guest, 'change')).rejects.toMatchObject({ code: 'read_only' })
    })
  })

  describe('a list of a folder', () => {
    it('is in the order of the bytes, by prefix, and goes on where it stopped', async () => {
      const owner = anId()
      const folder = await withFolder(database(), { owner })
      const names = ['B', 'a', 'a b', 'aa', 'ab', 'b', 'ä', '日']
      for (const name of names.toReversed()) await withFile(database(), { owner, into: folder, name })
      await withFile(database(), { owner, name: 'aaa in the root' })
      const list = async (range: { prefix?: string; after?: string; limit: number }) =>
        (await tree().children(folder.id, range)).children.map(({ name }) => name)
      expect(await list({ limit: 100 })).toEqual(names)
      expect(await list({ prefix: 'a', limit: 100 })).toEqual(['a', 'a b', 'aa', 'ab'])
      expect(await list({ prefix: 'a', after: 'a b', limit: 1 })).toEqual(['aa'])
      expect((await tree().children(folder.id, { limit: 2 })).last).toBe('a')
    })
  })
}
