import { describe, expect, it } from 'vitest'
import type { FileWork } from '../../../functions/contents/file-work.ts'
import { dropReference } from '../../../functions/contents/upload-store.ts'
import { table } from '../../../functions/data/table.ts'
import { ROOT } from '../../../functions/files/access.ts'
import { nodeItem } from '../../../functions/files/tree-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import {
  allItems,
  changesIn,
  holders,
  interrupted,
  movesIn,
  trashIn,
  withNewVersion,
} from '../../helpers/file-history.ts'
import { treeIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { purgeTools } from '../../helpers/purge.ts'
import { putRaw } from '../../helpers/raw-items.ts'

export function purgeMessageRules(database: () => DynamoDb) {
  const { by, discard, worker, release, hasty, purgeWhole, traces, aTree, expectGone } = purgeTools(database)

  describe('a message to take out of the trash', () => {
    it('does nothing to what is live, trashed but not going, or somebody else’s', async () => {
      const tree = await aTree()
      const { owner, outer, inner, copy } = tree
      const trashed = await withFile(database(), { owner })
      await trashIn(database()).trash('file', trashed.id, by(owner), undefined)
      const before = await allItems(database())
      for (const { id } of [outer, inner, copy, trashed, { id: owner }]) await purgeWhole(owner, id)
      await purgeWhole(anId(), outer.id)
      await purgeWhole(owner, anId())
      expect(await allItems(database())).toEqual(before)
    })

    it('of somebody else does nothing to what goes either', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      await discard('file', file.id, owner)
      const before = await allItems(database())
      await purgeWhole(anId(), file.id)
      expect(await allItems(database())).toEqual(before)
    })

    it('does nothing to what lies below a folder in the trash that may come back', async () => {
      const { owner, outer, inner } = await aTree()
      await trashIn(database()).trash('folder', outer.id, by(owner), undefined)
      const before = await allItems(database())
      await purgeWhole(owner, inner.id)
      expect(await allItems(database())).toEqual(before)
    })

    it('leads to the same end when it comes again, and when 64 come at a time', async () => {
      const tree = await aTree()
      await discard('folder', tree.outer.id, tree.owner)
      const workers = Array.from({ length: 64 }, () => worker())
      await Promise.allSettled(workers.map(({ purge }) => purge(tree.owner, tree.outer.id)))
      await Promise.allSettled(workers.map(({ workOff }) => workOff()))
      await purgeWhole(tree.owner, tree.outer.id)
      for (const { workOff } of workers) await workOff()
      await expectGone(tree)
    })

    it('lets go of a content once, of 64 at a time, that a copy goes on holding', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner })
      const copy = await changesIn(database()).copyFile(file.id, anId(), { name: 'copy' }, by(owner))
      await discard('file', file.id, owner)
      await Promise.allSettled(Array.from({ length: 64 }, () => worker().purge(owner, file.id)))
      expect(await holders(database(), copy.object)).toEqual({ holding: 1, refs: 1 })
      expect(await traces([file.id])).toHaveLength(1)
    })

    it.each(['before', 'after'] as const)(
      'is worked off from wherever the one before died, %s a write',
      async (when) => {
        for (let write = 0, died = true; died; write++) {
          const tree = await aTree()
          await discard('folder', tree.outer.id, tree.owner)
          const queue: FileWork[] = [{ kind: 'purge', owner: tree.owner, item: tree.outer.id }]
          const { db, isDead } = dyingAt(database(), write, when)
          await Promise.allSettled([worker({ db, queue }).workOff()])
          died = isDead()
          await worker({ queue }).workOff()
          // A release that was not sent any more is the sweep's.
          for (const object of tree.gone) await release(object)
          await expectGone(tree)
          expect(write).toBeLessThan(60)
          if (!died) expect(write).toBeGreaterThan(10)
        }
      },
    )

    it('may be worked off before its sender has gone on', async () => {
      const tree = await aTree()
      await discard('folder', tree.outer.id, tree.owner)
      await hasty().purge({ owner: tree.owner, item: tree.outer.id }, NOW)
      await expectGone(tree)
    })

    it('takes the content of a version that lands meanwhile, too', async () => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into })
      await discard('folder', into.id, owner)
      const db = interrupted(database(), () => withNewVersion(database(), file, { owner }))
      const { purge, workOff } = worker({ db })
      await purge(owner, into.id)
      await workOff()
      expect(await traces([file.id])).toEqual([])
      expect(await usedBy(database(), owner)).toMatchObject({ used: 0 })
    })

    it('lets nobody move a child away once it takes what the child has', async () => {
      const { owner, outer, inner } = await aTree()
      const place = await treeIn(database()).folder(inner.id, owner, 'change')
      await discard('folder', outer.id, owner)
      await worker().purge(owner, outer.id)
      await expect(
        movesIn(database()).move('folder', inner.id, { folderId: ROOT }, by(owner), undefined),
      ).rejects.toMatchObject({
        code: 'folder_not_found',
      })
      expect(await treeIn(database()).child(outer.id, place.node.name)).toBeUndefined()
    })

    it('fails loudly over what nobody knows how to remove', async () => {
      const owner = anId()
      const { id } = await withFile(database(), { owner })
      await putRaw(database(), TABLES.files, { pk: { S: `N#${id}` }, sk: { S: 'x#new' } })
      await discard('file', id, owner)
      await expect(purgeWhole(owner, id)).rejects.toThrow(id)
    })

    it('fails loudly over a content that is there and counted for nobody', async () => {
      const owner = anId()
      const { id, object } = await withFile(database(), { owner })
      await table(database().db, TABLES.files).transact([dropReference(TABLES.files, object)])
      await discard('file', id, owner)
      await expect(purgeWhole(owner, id)).rejects.toThrow(id)
      expect(await traces([id])).not.toEqual([])
    })

    it.each(['file', 'folder'] as const)('fails loudly over a %s that is listed where it is not', async (kind) => {
      const owner = anId()
      const into = await withFolder(database(), { owner })
      const make = kind === 'file' ? withFile : withFolder
      const child = await make(database(), { owner, into })
      const elsewhere = { id: child.id, kind, owner, folder: anId(), name: child.name, ancestors: [] }
      await putRaw(database(), TABLES.files, nodeItem(elsewhere))
      await discard('folder', into.id, owner)
      await expect(purgeWhole(owner, into.id)).rejects.toThrow(child.id)
      expect((await treeIn(database()).child(into.id, child.name))?.id).toBe(child.id)
    })
  })
}

/** A client whose process dies before or after this write. */
function dyingAt({ url }: DynamoDb, write: number, when: 'before' | 'after') {
  const db = clientOf(url)
  let left = write
  let dead = false
  const die = (now: boolean) => {
    dead ||= now
    if (dead) throw new Error('the process is dead')
  }
  db.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const isLast = /^(Update|Transact)/.test(commandName) && left-- === 0
        die(isLast && when === 'before')
        const result = await next(args)
        die(isLast)
        return result
      },
    { step: 'initialize' },
  )
  return { db, isDead: () => dead }
}
