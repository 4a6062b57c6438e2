import { describe, expect, it } from 'vitest'
import { changingVersions } from '../../../functions/files/changing-versions.ts'
import { listedItem } from '../../../functions/files/tree-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import {
  changesIn,
  holders,
  interrupted,
  movesIn,
  versionChangesIn,
  versionsIn,
  withNewVersion,
} from '../../helpers/file-history.ts'
import { grant, treeIn, usedBy, withFile, withFolder } from '../../helpers/files.ts'
import { putRaw, rawItems } from '../../helpers/raw-items.ts'

export function versionRules(database: () => DynamoDb) {
  const changes = () => versionChangesIn(database())
  const by = (caller: string) => ({ caller, now: NOW + 60 })

  /** A file whose content was replaced so often; the contents, the oldest first. */
  async function aFileWith({ old, owner = anId() }: { old: number; owner?: string }) {
    const contents = [await withFile(database(), { owner })]
    for (let at = 0; at < old; at++) contents.push(await withNewVersion(database(), contents[at]!, { owner }))
    return { owner, contents, current: contents.at(-1)!, id: contents[0]!.id }
  }
  const numbers = async (id: string) => (await versionsIn(database()).before(id, 99, 100)).old.map((one) => one.version)
  const current = async (id: string, owner: string) => (await treeIn(database()).file(id, owner, 'read')).listed

  describe('old versions', () => {
    it('are listed newest first, page by page, from any number on', async () => {
      const { id } = await aFileWith({ old: 5 })
      const pages = [await versionsIn(database()).before(id, 6, 2), await versionsIn(database()).before(id, 4, 3)]
      expect(pages.map(({ old }) => old.map(({ version }) => version))).toEqual([
        [5, 4],
        [3, 2, 1],
      ])
      expect(pages[0]?.more).toBe(true)
    })
  })

  describe('restoring a version', () => {
    it('makes its content the current one under a new number; the one before becomes old, and it leaves the list', async () => {
      const { id, owner, contents } = await aFileWith({ old: 2 })
      const { listed } = await changes().restore(id, 1, by(owner), 3)
      expect(listed).toEqual({
        ...contents[2],
        object: contents[0]?.object,
        version: 4,
        v: 4,
        changedAt: NOW + 60,
        changedBy: owner,
      })
      expect(await current(id, owner)).toEqual(listed)
      expect(await numbers(id)).toEqual([3, 2])
      expect((await versionsIn(database()).find(id, 3))?.object).toBe(contents[2]?.object)
    })

    it('holds every content as often as before, and takes no room', async () => {
      const { id, owner, contents } = await aFileWith({ old: 1 })
      await changes().restore(id, 1, by(owner), undefined)
      for (const { object } of contents) expect(await holders(database(), object)).toEqual({ holding: 1, refs: 1 })
      expect(await usedBy(database(), owner)).toEqual({ used: 20, open: 0 })
    })

    it('is open to one who may write', async () => {
      const { id, owner } = await aFileWith({ old: 1 })
      const writer = anId()
      await grant(database(), id, writer, 'write')
      const { listed } = await changes().restore(id, 1, by(writer), 2)
      expect([listed.changedBy, (await current(id, owner)).version]).toEqual([writer, 3])
    })

    it('leaves no size of parts behind that belonged to the other content', async () => {
      const { id, owner, current: whole } = await aFileWith({ old: 1 })
      await putRaw(database(), TABLES.files, listedItem({ ...whole, partSize: 16_777_216 }))
      await changes().restore(id, 1, by(owner), undefined)
      expect(await current(id, owner)).not.toHaveProperty('partSize')
      expect(await versionsIn(database()).find(id, 2)).toMatchObject({ partSize: 16_777_216 })
    })

    it('is refused when the file changed, to one who may only read, and for what is no old version', async () => {
      const { id, owner } = await aFileWith({ old: 1 })
      const reader = anId()
      await grant(database(), id, reader, 'read')
      await expect(changes().restore(id, 1, by(owner), 1)).rejects.toMatchObject({ code: 'version_conflict' })
      await expect(changes().restore(id, 1, by(reader), 2)).rejects.toMatchObject({ code: 'read_only' })
      await expect(changes().restore(id, 1, by(anId()), 2)).rejects.toMatchObject({ code: 'file_not_found' })
      for (const version of [2, 3]) {
        await expect(changes().restore(id, version, by(owner), 2)).rejects.toMatchObject({ code: 'version_not_found' })
      }
      expect([await numbers(id), (await current(id, owner)).version]).toEqual([[1], 2])
    })

    it('changes the file where it is now, when it was renamed meanwhile', async () => {
      const { id, owner } = await aFileWith({ old: 1 })
      const rename = () => movesIn(database()).move('file', id, { name: 'new name' }, by(owner), undefined)
      const slow = changingVersions(interrupted(database(), rename), TABLES.files, treeIn(database()))
      expect((await slow.restore(id, 1, by(owner), undefined)).listed).toMatchObject({ name: 'new name', version: 3 })
      expect(await rawItems(database(), TABLES.files, `F#${owner}`)).toHaveLength(1)
    })

    it('happens once, of 64 at a time', async () => {
      const { id, owner, contents } = await aFileWith({ old: 1 })
      const outcomes = await Promise.allSettled(
        Array.from({ length: 64 }, () => changes().restore(id, 1, by(owner), undefined)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect([await numbers(id), (await current(id, owner)).version]).toEqual([[2], 3])
      for (const { object } of contents) expect(await holders(database(), object)).toEqual({ holding: 1, refs: 1 })
    })
  })

  describe('removing a version', () => {
    it('lets go of its content, and says of which', async () => {
      const { id, owner, contents } = await aFileWith({ old: 2 })
      expect(await changes().remove(id, 1, owner)).toBe(contents[0]?.object)
      expect(await numbers(id)).toEqual([2])
      expect(await holders(database(), contents[0]!.object)).toEqual({ holding: 0, refs: 0 })
      expect(await holders(database(), contents[1]!.object)).toEqual({ holding: 1, refs: 1 })
    })

    it('leaves a content that a copy holds, too', async () => {
      const { id, owner, contents } = await aFileWith({ old: 0 })
      await changesIn(database()).copyFile(id, anId(), { name: 'copy' }, by(owner))
      await withNewVersion(database(), contents[0]!, { owner })
      await changes().remove(id, 1, owner)
      expect(await holders(database(), contents[0]!.object)).toEqual({ holding: 1, refs: 1 })
    })

    it('is its owner’s right, and never hits the current one', async () => {
      const { id, owner } = await aFileWith({ old: 1 })
      const writer = anId()
      await grant(database(), id, writer, 'write')
      await expect(changes().remove(id, 1, writer)).rejects.toMatchObject({ code: 'owner_only' })
      await expect(changes().remove(id, 2, owner)).rejects.toMatchObject({ code: 'version_current' })
      await expect(changes().remove(id, 3, owner)).rejects.toMatchObject({ code: 'version_not_found' })
      await expect(changes().remove(id, 1, anId())).rejects.toMatchObject({ code: 'file_not_found' })
      expect(await numbers(id)).toEqual([1])
    })

    it('lets go once, of 64 at a time, of what a copy goes on holding', async () => {
      const { id, owner, current: first } = await aFileWith({ old: 0 })
      await changesIn(database()).copyFile(id, anId(), { name: 'copy' }, by(owner))
      await withNewVersion(database(), first, { owner })
      await Promise.allSettled(Array.from({ length: 64 }, () => changes().remove(id, 1, owner)))
      expect(await holders(database(), first.object)).toEqual({ holding: 1, refs: 1 })
    })

    it('and restoring it at the same time do not both go through', async () => {
      const { id, owner, contents } = await aFileWith({ old: 1 })
      const rivals = [() => changes().remove(id, 1, owner), () => changes().restore(id, 1, by(owner), undefined)]
      const outcomes = await Promise.allSettled(rivals.map((rival) => rival()))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const { holding, refs } = await holders(database(), contents[0]!.object)
      expect(holding).toBe(refs)
    })

    it('is no way to a file below a trashed folder', async () => {
      const owner = anId()
      const folder = await withFolder(database(), { owner })
      const file = await withFile(database(), { owner, into: folder })
      await withNewVersion(database(), file, { owner })
      await putRaw(database(), TABLES.files, {
        pk: { S: `N#${folder.id}` },
        sk: { S: 'at' },
        kind: { S: 'folder' },
        owner: { S: owner },
        trashedAt: { N: '1' },
      })
      await expect(changes().remove(file.id, 1, owner)).rejects.toMatchObject({ code: 'file_not_found' })
    })
  })
}
