import { describe, expect, it } from 'vitest'
import { MIB, type Upload } from '../../../functions/contents/upload.ts'
import { uploadStore } from '../../../functions/contents/upload-store.ts'
import type { ListedFile } from '../../../functions/files/item.ts'
import { moving } from '../../../functions/files/moving.ts'
import { grantKey, nodeItem, treeStore } from '../../../functions/files/tree-store.ts'
import { arriving } from '../../../functions/uploads/arriving.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { clientOf, type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import {
  anUpload,
  begun,
  grant,
  LIMITS,
  memoryObjects,
  treeIn,
  uploadsIn,
  usageIn,
  usedBy,
  withFile,
  withFolder,
} from '../../helpers/files.ts'
import { deleteRaw, putRaw, rawItems } from '../../helpers/raw-items.ts'
import { justBefore } from '../../helpers/sent-writes.ts'
import { sumOf } from '../../helpers/sum-of.ts'

const LATER = NOW + 60

export function arrivalRules(database: () => DynamoDb, { rounds }: { rounds: number }): void {
  const tree = () => treeIn(database())
  const listedFile = async ({ folder, name }: Upload) => (await tree().child(folder, name)) as ListedFile | undefined
  const stateOf = async ({ id }: Upload) => (await uploadsIn(database()).find(id))?.state

  /** All that speaks of arriving, over an S3 in memory. */
  function world(db = database().db) {
    const objects = memoryObjects()
    const [itsTree, uploads] = [treeStore(db, TABLES.files), uploadStore(db, TABLES.files)]
    const parts = { db, filesTable: TABLES.files, tree: itsTree, uploads, objects }
    return { objects, ...arriving(parts) }
  }

  /** Dead, without room, object or file. */
  async function expectNothingOf(upload: Upload, objects: ReturnType<typeof memoryObjects>, why: string) {
    expect(await uploadsIn(database()).find(upload.id)).toMatchObject({ state: 'dead', why, refs: 0 })
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
    expect(objects.stored.has(upload.id)).toBe(false)
    expect(objects.removed).toContain(upload.id)
    expect((await listedFile(upload))?.object).not.toBe(upload.id)
  }

  describe('an upload that arrived', () => {
    it('becomes a file with its content, its author and the time, and stays charged', async () => {
      const { objects, settle } = world()
      const upload = await begun(database())
      objects.arrive(upload)
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'ready', refs: 1 })
      const { node: id, owner, name, size, type, sum } = upload
      const content = { object: upload.id, size, type, sum, addedAt: LATER, addedBy: owner }
      const times = { v: 1, createdAt: LATER, changedAt: LATER, changedBy: owner }
      const listed = { id, kind: 'file', folder: owner, name, version: 1, ...content, ...times }
      expect(await tree().find(id, owner)).toMatchObject({ listed, access: 'owner', chain: [] })
      expect(await uploadsIn(database()).find(upload.id)).toEqual({ ...upload, state: 'ready', refs: 1 })
      expect(await usedBy(database(), owner)).toEqual({ used: 10, open: 0 })
    })

    it('is listed in no moment before: nothing is said of what was not sent', async () => {
      const { settle } = world()
      const upload = await begun(database())
      expect(await settle(upload.id, LATER)).toEqual(upload)
      expect(await listedFile(upload)).toBeUndefined()
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 1 })
    })

    it('below folders has them all above it', async () => {
      const { objects, settle } = world()
      const owner = anId()
      const outer = await withFolder(database(), { owner })
      const inner = await withFolder(database(), { owner, into: outer })
      const upload = await begun(database(), { owner, folder: inner.id })
      objects.arrive(upload)
      await settle(upload.id, LATER)
      const place = await tree().find(upload.node, owner)
      expect(place?.node.ancestors).toEqual([inner.id, outer.id])
    })

    it('by a guest is the file of the owner, and names the guest as its author', async () => {
      const { objects, settle } = world()
      const [owner, by] = [anId(), anId()]
      const shared = await withFolder(database(), { owner })
      await grant(database(), shared.id, by, 'write')
      const upload = await begun(database(), { owner, by, folder: shared.id })
      objects.arrive(upload)
      await settle(upload.id, LATER)
      expect(await tree().find(upload.node, owner)).toMatchObject({ access: 'owner', listed: { changedBy: by } })
      expect(await usedBy(database(), owner)).toEqual({ used: 10, open: 0 })
    })

    it('in parts has the composite sum and the size of its parts', async () => {
      const { objects, settle } = world()
      const inParts = { size: 40 * MIB, partSize: 16 * MIB, uploadId: 'of S3' }
      const { sum: _, ...rest } = anUpload(inParts)
      await usageIn(database()).reserve(rest.owner, { id: rest.id, size: rest.size, at: NOW }, LIMITS)
      await uploadsIn(database()).create(rest)
      objects.arrive(rest)
      await settle(rest.id, LATER)
      const composite = `${sumOf(rest.id)}-3`
      expect(await listedFile(rest)).toMatchObject({ sum: composite, partSize: 16 * MIB, size: 40 * MIB })
      expect(await uploadsIn(database()).find(rest.id)).toMatchObject({ sum: composite, state: 'ready' })
    })
  })

  describe('what is not what was announced', () => {
    const WRONG: [string, Partial<Upload>, object][] = [
      ['size', {}, { size: 11 }],
      ['size of none', {}, { size: 0 }],
      ['digest', {}, { sum: sumOf('ten bytes?') }],
      ['digest of none', {}, { sum: undefined }],
      ['digest, that of parts', {}, { sum: `${sumOf('ten bytes!')}-1` }],
      ['number of parts', { uploadId: 'of S3', partSize: 4 }, { sum: `${sumOf('parts')}-2` }],
      ['digest, that of a whole', { uploadId: 'of S3', partSize: 4 }, { sum: sumOf('parts') }],
      ['size of all parts', { uploadId: 'of S3', partSize: 4 }, { size: 9 }],
    ]
    it.each(WRONG)('in its %s is no file; it is thrown away, its room is free', async (_, changes, found) => {
      const { objects, settle } = world()
      const upload = await begun(database(), changes)
      objects.arrive(upload, found)
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'dead', why: 'mismatch' })
      await expectNothingOf(upload, objects, 'mismatch')
    })
  })

  describe('what arrives where it cannot be', () => {
    it('because a folder has its name by now is thrown away', async () => {
      const { objects, settle } = world()
      const upload = await begun(database())
      const folder = await withFolder(database(), { owner: upload.owner, name: upload.name })
      objects.arrive(upload)
      await settle(upload.id, LATER)
      await expectNothingOf(upload, objects, 'name_taken')
      expect(await tree().find(folder.id, upload.owner)).toBeDefined()
    })

    it('because its folder, or one above it, is in the trash is thrown away', async () => {
      for (const level of [0, 1]) {
        const { objects, settle } = world()
        const owner = anId()
        const outer = await withFolder(database(), { owner })
        const inner = await withFolder(database(), { owner, into: outer })
        const upload = await begun(database(), { owner, folder: inner.id })
        const trashed = [outer, inner][level]!
        await putRaw(database(), TABLES.files, nodeItem({ ...trashed, trashedAt: NOW }))
        objects.arrive(upload)
        await settle(upload.id, LATER)
        await expectNothingOf(upload, objects, 'folder_gone')
      }
    })

    it('because the folder is not shared any more, or for reading only, is thrown away', async () => {
      for (const access of ['none', 'read'] as const) {
        const { objects, settle } = world()
        const [owner, by] = [anId(), anId()]
        const shared = await withFolder(database(), { owner })
        await grant(database(), shared.id, by, 'write')
        const upload = await begun(database(), { owner, by, folder: shared.id })
        if (access === 'read') await grant(database(), shared.id, by, 'read')
        else await deleteRaw(database(), TABLES.files, grantKey(shared.id, by).pk?.S ?? '', `g#${by}`)
        objects.arrive(upload)
        await settle(upload.id, LATER)
        await expectNothingOf(upload, objects, 'folder_gone')
      }
    })

    it('because it is meant for the root of somebody else is thrown away', async () => {
      const { objects, settle } = world()
      const upload = await begun(database(), { by: anId() })
      objects.arrive(upload)
      await settle(upload.id, LATER)
      await expectNothingOf(upload, objects, 'folder_gone')
    })

    it('too late, after it was given up, is thrown away again and again', async () => {
      const { objects, settle, giveUp } = world()
      const upload = await begun(database())
      await giveUp(upload, 'expired', NOW)
      for (let time = 0; time < 3; time++) {
        objects.arrive(upload)
        expect(await settle(upload.id, LATER)).toMatchObject({ state: 'dead', why: 'expired' })
        await expectNothingOf(upload, objects, 'expired')
      }
    })

    it('and is known to nobody is thrown away', async () => {
      const { objects, settle } = world()
      const stray = anUpload()
      objects.arrive(stray)
      expect(await settle(stray.id, LATER)).toBeUndefined()
      expect(objects.stored.size).toBe(0)
    })
  })

  describe('a name that the folder has', () => {
    it('gets a new version: the file keeps its id, the old content stays', async () => {
      const { objects, settle } = world()
      const owner = anId()
      const file = await withFile(database(), { owner, name: 'plan.txt', size: 3 })
      const upload = await begun(database(), { owner, name: 'plan.txt', type: 'text/html' })
      objects.arrive(upload)
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'ready', node: file.id })
      const now = { version: 2, v: 2, object: upload.id, size: 10, type: 'text/html', changedAt: LATER }
      expect(await listedFile(upload)).toMatchObject({ ...now, id: file.id, createdAt: NOW })
      const old = (await rawItems(database(), TABLES.files, `N#${file.id}`)).find(({ sk }) => sk?.S?.startsWith('v#'))
      expect(old).toMatchObject({ object: { S: file.object }, size: { N: '3' }, addedAt: { N: String(NOW) } })
      expect((await uploadsIn(database()).find(file.object))?.refs).toBe(1)
      expect(await usedBy(database(), owner)).toEqual({ used: 13, open: 0 })
    })

    it('and is renamed meanwhile keeps its new name and its content; the upload is a file of its own', async () => {
      const owner = anId()
      const file = await withFile(database(), { owner, name: 'plan' })
      const upload = await begun(database(), { owner, name: 'plan' })
      const db = clientOf(database().url)
      const { objects, settle } = world(db)
      objects.arrive(upload)
      const moves = moving(database().db, TABLES.files, tree())
      const renaming = () => moves.move('file', file.id, { name: 'other' }, { caller: owner, now: NOW }, undefined)
      justBefore(db, 'TransactWriteItems', renaming)
      expect(await settle(upload.id, LATER)).toMatchObject({ state: 'ready', node: upload.node })
      expect(await tree().find(file.id, owner)).toMatchObject({ listed: { name: 'other', object: file.object } })
      expect(await listedFile(upload)).toMatchObject({ id: upload.node, version: 1 })
    })

    it('takes over nothing of the content before, such as the size of its parts', async () => {
      const { objects, settle } = world()
      const owner = anId()
      const inParts = await begun(database(), { owner, name: 'film', uploadId: 'of S3', partSize: 5, size: 9 })
      objects.arrive(inParts)
      await settle(inParts.id, NOW)
      const whole = await begun(database(), { owner, name: 'film' })
      objects.arrive(whole)
      await settle(whole.id, LATER)
      expect(await listedFile(whole)).not.toHaveProperty('partSize')
    })

    it('that two uploads want at once is one file with two versions', async () => {
      for (let round = 0; round < rounds; round++) {
        const { objects, settle } = world()
        const owner = anId()
        const all = await Promise.all([1, 2].map((size) => begun(database(), { owner, name: 'new', size })))
        for (const upload of all) objects.arrive(upload)
        await Promise.all(all.map(({ id }) => settle(id, LATER)))
        const listed = (await listedFile(all[0]!))!
        expect(listed).toMatchObject({ version: 2, v: 2 })
        const versions = await rawItems(database(), TABLES.files, `N#${listed.id}`)
        expect(versions.map(({ sk }) => sk?.S)).toEqual(['at', 'v#0000000001'])
        const kept = [listed.object, versions[1]?.object?.S].toSorted()
        expect(kept).toEqual(all.map(({ id }) => id).toSorted())
        expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 0 })
      }
    })
  })

  describe('in whatever order it is told', () => {
    const EVENTS = ['event', 'completion', 'sweep', 'give-up'] as const
    type Told = (typeof EVENTS)[number]

    function teller(upload: Upload, { settle, giveUp }: ReturnType<typeof world>) {
      return (told: Told) => (told === 'give-up' ? giveUp(upload, 'ended', LATER) : settle(upload.id, LATER))
    }

    /** One end, the same for the record, the object, the file and the room. */
    async function expectOneEnd(upload: Upload, { objects }: ReturnType<typeof world>) {
      const { state, refs } = (await uploadsIn(database()).find(upload.id))!
      if (state === 'dead') return expectNothingOf(upload, objects, 'ended')
      expect({ state, refs }).toEqual({ state: 'ready', refs: 1 })
      expect(objects.stored.has(upload.id)).toBe(true)
      expect(await listedFile(upload)).toMatchObject({ object: upload.id, version: 1 })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 0 })
    }

    it('each twice, one after the other, there is one end: that of the first', async () => {
      for (const order of permutations([...EVENTS])) {
        const all = world()
        const upload = await begun(database())
        const tell = teller(upload, all)
        all.objects.arrive(upload)
        for (const told of [...order, ...order]) await tell(told)
        await expectOneEnd(upload, all)
        expect(await stateOf(upload)).toBe(order[0] === 'give-up' ? 'dead' : 'ready')
      }
    })

    it(`all at once, there is one end, in ${rounds} rounds`, async () => {
      for (let round = 0; round < rounds; round++) {
        const all = world()
        const upload = await begun(database())
        const tell = teller(upload, all)
        all.objects.arrive(upload)
        await Promise.all([...EVENTS, ...EVENTS].map((told) => tell(told).catch(busy)))
        await tell('event')
        await expectOneEnd(upload, all)
      }
    })

    it('64 times at once, the room is taken or given back once', async () => {
      for (const alsoGivenUp of [false, true]) {
        const all = world()
        const upload = await begun(database())
        const tell = teller(upload, all)
        all.objects.arrive(upload)
        await inParallel(64, (at) => tell(alsoGivenUp && at % 2 === 0 ? 'give-up' : 'event').catch(busy))
        await tell('event')
        await expectOneEnd(upload, all)
      }
    })
  })

  describe('a death between the two writes', () => {
    it.each(['ready', 'dead'] as const)('of one that is %s is mended by whoever speaks of it next', async (end) => {
      const all = world()
      const upload = await begun(database())
      all.objects.arrive(upload)
      if (end === 'ready') await all.settle(upload.id, NOW)
      else await all.giveUp(upload, 'ended', NOW)
      // As if the second write had never been.
      const { owner, id, size } = upload
      await usageIn(database()).reserve(owner, { id, size, at: NOW }, LIMITS)
      const before = await usedBy(database(), owner)
      expect(before.open).toBe(1)
      await all.settle(id, LATER)
      const kept = end === 'ready' ? before.used : 0
      expect(await usedBy(database(), owner)).toEqual({ used: kept, open: 0 })
    })
  })
}

function permutations<T>(of: T[]): T[][] {
  if (of.length <= 1) return [of]
  return of.flatMap((first, at) => permutations(of.toSpliced(at, 1)).map((rest) => [first, ...rest]))
}

/** Whoever loses three races comes again: the queue sees to it. */
function busy(error: { code?: string }): void {
  expect(error.code).toBe('store_unavailable')
}
