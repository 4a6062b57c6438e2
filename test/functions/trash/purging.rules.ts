import { describe, expect, it } from 'vitest'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { fromItem } from '../../../functions/data/item.ts'
import { table } from '../../../functions/data/table.ts'
import { ROOT } from '../../../functions/files/access.ts'
import type { ListedFile } from '../../../functions/files/item.ts'
import { moving } from '../../../functions/files/moving.ts'
import { endRoot } from '../../../functions/files/tree-store.ts'
import { sweepStore } from '../../../functions/system/sweep-store.ts'
import { TRASH_LIFE } from '../../../functions/trash/trash.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { interrupted, sharesIn, trashIn, withNewVersion } from '../../helpers/file-history.ts'
import { treeIn, uploadsIn, usedBy, withFile, withFolder, withFolders } from '../../helpers/files.ts'
import { purgeTools } from '../../helpers/purge.ts'
import { putManyRaw } from '../../helpers/raw-items.ts'

export function purgeRules(database: () => DynamoDb) {
  const { by, discard, isThere, worker, purgeWhole, traces, attach, aTree, expectGone, hasty } = purgeTools(database)

  describe('taking out of the trash for good', () => {
    it('leaves nothing of a tree with versions, shares, links and metadata, but the copy that lies elsewhere', async () => {
      const tree = await aTree()
      await discard('folder', tree.outer.id, tree.owner)
      await purgeWhole(tree.owner, tree.outer.id)
      await expectGone(tree)
      expect(await isThere(tree.copy.id, tree.owner)).toBe(true)
    })

    it('gives the room of a file back with all its versions', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner, size: 7 })
      await withNewVersion(database(), file, { owner, size: 5 })
      await discard('file', file.id, owner)
      expect(await usedBy(database(), owner)).toMatchObject({ used: 12 })
      await purgeWhole(owner, file.id)
      expect(await usedBy(database(), owner)).toMatchObject({ used: 0 })
    })

    it('comes by itself when thirty days are over, and not a second before', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await trashIn(database()).trash('file', file.id, by(owner), undefined)
      await purgeWhole(owner, file.id, NOW + TRASH_LIFE - 1)
      expect((await trashIn(database()).page(owner, undefined, 10, NOW)).trashed).toHaveLength(1)
      await purgeWhole(owner, file.id, NOW + TRASH_LIFE)
      expect(await traces([file.id])).toEqual([])
    })

    it('leaves what was trashed on its own before, to be restored elsewhere', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into })
      await trashIn(database()).trash('file', file.id, by(owner), undefined)
      await discard('folder', into.id, owner)
      await purgeWhole(owner, into.id)
      await trashIn(database()).restore(file.id, { folderId: ROOT }, by(owner))
      expect(await isThere(file.id, owner)).toBe(true)
    })

    it('finds what landed in a folder after that was gone', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      await discard('folder', into.id, owner)
      await purgeWhole(owner, into.id)
      const late = await withFile(database(), { owner, into })
      await purgeWhole(owner, late.id)
      expect(await traces([late.id])).toEqual([])
      expect(await usedBy(database(), owner)).toMatchObject({ used: 0 })
    })

    it('finds a folder that moved into it while it went, with all that is below', async () => {
      const owner = anId()
      const gone = await withFolder(database(), { owner })
      const late = await withFolder(database(), { owner })
      const below = await withFile(database(), { owner, into: late })
      const db = interrupted(database(), async () => {
        await discard('folder', gone.id, owner)
        await purgeWhole(owner, gone.id)
      })
      const moves = moving(db, TABLES.files, treeIn(database()))
      await moves.move('folder', late.id, { folderId: gone.id }, by(owner), undefined)
      expect(await isThere(below.id, owner)).toBe(false)
      await purgeWhole(owner, late.id)
      expect(await traces([late.id, below.id])).toEqual([])
      expect(await usedBy(database(), owner)).toMatchObject({ used: 0 })
    })

    it.each(['remembered', 'forgotten'])(
      'comes to its end, and gives no room twice, when the content was lost and is %s',
      async (memory) => {
        const owner = anId()
        const other = await withFile(database(), { owner, size: 3 })
        const file = await withFile(database(), { owner })
        await attach(file.id, owner)
        await discard('file', file.id, owner)
        await uploadsIn(database()).lose((await uploadsIn(database()).find(file.object))!, NOW)
        if (memory === 'forgotten') await uploadsIn(database()).forget(file.object)
        await purgeWhole(owner, file.id)
        expect(await traces([file.id])).toEqual([])
        expect(await usedBy(database(), owner)).toMatchObject({ used: other.size })
      },
    )

    it('works in pieces where there is much: what is left is the next message’s', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      const [, link] = await attach(file.id, owner)
      const uses = Array.from({ length: 2000 }, (_, at) => ({ pk: { S: `L#${link}` }, sk: { S: `i#${at}` } }))
      await putManyRaw(database(), TABLES.files, uses)
      await discard('file', file.id, owner)
      const { queue, purge, workOff } = worker()
      await purge(owner, file.id)
      expect(queue).toEqual([{ kind: 'purge', owner, item: file.id }])
      await workOff()
      expect(await traces([file.id, link!])).toEqual([])
    })
  })

  describe('an account that is gone', () => {
    const end = async (owner: string) => {
      await table(database().db, TABLES.files).transact([endRoot(TABLES.files, owner, NOW)])
    }

    it('leaves nothing of its tree, its trash and what was shared with it, but the node that keeps others out', async () => {
      const owner = anId()
      const tree = await aTree(owner)
      const trashed = await withFolder(database(), { owner })
      const below = await withFile(database(), { owner, into: trashed })
      await trashIn(database()).trash('folder', trashed.id, by(owner), undefined)
      const theirs = await withFile(database(), { owner: anId() })
      const shares = sharesIn(database())
      await shares.offer(theirs.id, { address: 'me@example.com', access: 'read' }, { id: anId(), createdAt: NOW })
      await shares.accept(theirs.id, { userId: owner, address: 'me@example.com' }, NOW)
      await end(owner)
      await purgeWhole(owner, owner)
      await purgeWhole(owner, owner)
      const left = (await traces([owner, trashed.id, below.id, tree.copy.id, ...tree.ids])).map((text) =>
        JSON.parse(text),
      )
      expect(left.map((item) => fromItem<{ pk: string; sk: string }>(item)).map(({ pk, sk }) => `${pk} ${sk}`)).toEqual(
        [`N#${owner} at`],
      )
      expect(await isThere(theirs.id, owner)).toBe(false)
    })

    it('takes tree and trash along, also when each message is worked off before its sender has gone on', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await trashIn(database()).trash('file', file.id, by(owner), undefined)
      const [, inner] = await withFolders(database(), owner, ['outer', 'inner'])
      const below = await withFile(database(), { owner, into: inner })
      await end(owner)
      await hasty().purge({ owner, item: owner }, NOW)
      expect(await traces([file.id, inner!.id, below.id])).toEqual([])
    })

    it('leaves nothing of one who kept only what is empty, though its usage goes first', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner, size: 0 })
      await end(owner)
      const { queue, purge, workOff } = worker()
      await purge(owner, owner)
      expect(queue).toEqual([{ kind: 'release', object: file.object }])
      await workOff()
      expect(await traces([file.id, file.object])).toEqual([])
      expect(await sweepStore(database().db, TABLES.files).isEmpty(owner)).toBe(true)
    })

    it('leaves no usage of one who never kept anything, but had a quota of their own', async () => {
      const owner = anId()
      await usageStore(database().db, TABLES.files).setQuota({ userId: owner, own: 5, otherwise: 100 })
      await end(owner)
      await purgeWhole(owner, owner)
      expect(await sweepStore(database().db, TABLES.files).isEmpty(owner)).toBe(true)
    })

    it('keeps its usage as long as anything of it takes room', async () => {
      const owner = anId()
      const file: ListedFile = await withFile(database(), { owner })
      await end(owner)
      const { purge } = worker()
      await purge(owner, owner)
      expect(await usedBy(database(), owner)).toMatchObject({ used: file.size })
    })
  })
}
