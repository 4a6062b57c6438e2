import { describe, expect, it } from 'vitest'
import type { Upload } from '../../../functions/contents/upload.ts'
import { addReference, dropReference } from '../../../functions/contents/upload-store.ts'
import { table } from '../../../functions/data/table.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { anUpload, begun, LIMITS, uploadsIn, usageIn, usedBy, withFile } from '../../helpers/files.ts'
import { deleteRaw, rawItem } from '../../helpers/raw-items.ts'

export function uploadRules(database: () => DynamoDb): void {
  const uploads = () => uploadsIn(database())
  const items = () => table(database().db, TABLES.files)
  const add = (object: string) => items().transact([addReference(TABLES.files, object)])
  const drop = (object: string) => items().transact([dropReference(TABLES.files, object)])

  /** The content of a file that nobody holds any more. */
  async function unheld(size = 10): Promise<Upload> {
    const { object } = await withFile(database(), { owner: anId(), size })
    await drop(object)
    return (await uploads().find(object))!
  }

  describe('an upload', () => {
    it('is remembered whole, in parts or not', async () => {
      const inParts = { partSize: 16, uploadId: 'of S3', scan: 'pending' } as const
      for (const changes of [{}, inParts]) {
        const upload = await begun(database(), changes)
        expect(await uploads().find(upload.id)).toEqual(upload)
      }
      expect(await uploads().find(anId())).toBeUndefined()
    })

    it('of an id that was used is not begun again: what stands there is told', async () => {
      const upload = await begun(database())
      expect(await uploads().create({ ...upload, name: 'another', node: anId() })).toEqual(upload)
      expect(await uploads().find(upload.id)).toEqual(upload)
      expect(await uploads().create(anUpload())).toBeUndefined()
    })

    it('is found among others, and the absent are left out', async () => {
      const [one, two] = [await begun(database()), await begun(database())]
      const found = await uploads().findAll([one.id, anId(), two.id])
      expect(found.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted())
      expect(await uploads().findAll([])).toEqual([])
    })
  })

  describe('given up', () => {
    it('64 times at once it is dead for one reason, and its room is free once', async () => {
      const upload = await begun(database())
      await begun(database(), { owner: upload.owner, size: 3 })
      const ends = await inParallel(64, (at) => uploads().giveUp(upload, at % 2 === 0 ? 'ended' : 'expired', NOW + at))
      expect(new Set(ends.map((end) => `${end?.state} ${end?.why}`)).size).toBe(1)
      expect(await uploads().find(upload.id)).toMatchObject({
        state: 'dead',
        why: expect.stringMatching(/ended|expired/),
      })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 3, open: 1 })
    })

    it('again after a death between the two writes, its room is free', async () => {
      const upload = await begun(database())
      await uploads().giveUp(upload, 'ended', NOW)
      await usageIn(database()).reserve(upload.owner, { id: upload.id, size: upload.size, at: NOW }, LIMITS)
      expect(await uploads().giveUp(upload, 'expired', NOW + 1)).toMatchObject({ state: 'dead', why: 'ended' })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
    })

    it('it is told what it is instead, when it is ready or unknown', async () => {
      const file = await withFile(database(), { owner: anId() })
      const upload = (await uploads().find(file.object))!
      expect(await uploads().giveUp(upload, 'ended', NOW)).toEqual(upload)
      expect(await uploads().giveUp(anUpload(), 'ended', NOW)).toBeUndefined()
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 0 })
    })
  })

  describe('a content', () => {
    it('that is held is never freed', async () => {
      const file = await withFile(database(), { owner: anId() })
      const upload = (await uploads().find(file.object))!
      expect(await uploads().free(upload, 'released', NOW)).toBe(false)
      expect(await uploads().held(file.object)).toEqual(upload)
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 0 })
    })

    it('that nobody holds is freed once, and its room with it, by 64 at once', async () => {
      const upload = await unheld()
      await withFile(database(), { owner: upload.owner, size: 3 })
      const freed = await inParallel(64, () =>
        uploads()
          .free(upload, 'released', NOW)
          .catch(() => false),
      )
      expect(freed.filter(Boolean).length).toBeLessThanOrEqual(1)
      await uploads().free(upload, 'released', NOW)
      expect(await uploads().find(upload.id)).toMatchObject({ state: 'dead', why: 'released', diedAt: NOW })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 3, open: 0 })
    })

    it('that nobody holds gets no new holder, nor does one that is pending, dead or unknown', async () => {
      const held = (await withFile(database(), { owner: anId() })).object
      expect(await add(held)).toBeUndefined()
      expect((await uploads().find(held))?.refs).toBe(2)
      const free = await unheld()
      const dead = await unheld()
      await uploads().free(dead, 'released', NOW)
      for (const id of [free.id, dead.id, (await begun(database())).id, anId()]) expect(await add(id)).toEqual([true])
    })

    it('is never held by fewer than none', async () => {
      const { id } = await unheld()
      expect(await drop(id)).toEqual([true])
      expect((await uploads().find(id))?.refs).toBe(0)
    })

    it('that a new holder races for with its freeing is held or freed, never both', async () => {
      for (let round = 0; round < 20; round++) {
        const { object } = await withFile(database(), { owner: anId() })
        const upload = (await uploads().find(object))!
        const outcomes = await Promise.allSettled([add(object), drop(object), uploads().free(upload, 'released', NOW)])
        const { state, refs } = (await uploads().find(object))!
        expect(`${state} ${refs}`).toMatch(/^(ready [012]|dead 0)$/)
        if (state === 'dead') expect(outcomes[0]).not.toMatchObject({ status: 'fulfilled', value: undefined })
        expect((await usedBy(database(), upload.owner)).used).toBe(state === 'dead' ? 0 : 10)
      }
    })

    it('that S3 lost is dead, and its room free, once, whoever held it', async () => {
      const file = await withFile(database(), { owner: anId() })
      const upload = (await uploads().find(file.object))!
      expect(await uploads().lose(upload, NOW)).toBe(true)
      expect(await uploads().lose(upload, NOW)).toBe(false)
      await expect(uploads().held(file.object)).rejects.toMatchObject({ code: 'file_not_found' })
      expect(await usedBy(database(), upload.owner)).toEqual({ used: 0, open: 0 })
    })

    const ends = {
      released: (upload: Upload) => uploads().free(upload, 'released', NOW),
      lost: (upload: Upload) => uploads().lose(upload, NOW),
    }
    const repeats = {
      'an end of the upload': (upload: Upload) => uploads().giveUp(upload, 'ended', NOW),
      'a late message': (upload: Upload) => uploads().closeSlot(upload),
    }

    it.each([
      ['released', 'an end of the upload'],
      ['released', 'a late message'],
      ['lost', 'an end of the upload'],
      ['lost', 'a late message'],
    ] as const)('that counted as open yet when it was %s has its room freed once, also by %s', async (why, repeat) => {
      const owner = anId()
      await withFile(database(), { owner, size: 3 })
      // Somebody died between the record of the file and the place among the open ones.
      const upload = await begun(database(), { owner, state: 'ready', refs: why === 'lost' ? 1 : 0 })
      expect(await ends[why](upload)).toBe(true)
      expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 1 })
      for (let time = 0; time < 2; time++) await repeats[repeat]((await uploads().find(upload.id))!)
      expect(await uploads().find(upload.id)).toMatchObject({ state: 'dead', why })
      expect(await usedBy(database(), owner)).toEqual({ used: 3, open: 0 })
    })

    it.each(['released', 'lost'] as const)(
      'that is empty can be %s also when its owner is gone, and writes no usage',
      async (why) => {
        const { object } = await withFile(database(), { owner: anId(), size: 0 })
        if (why === 'released') await drop(object)
        const upload = (await uploads().find(object))!
        await deleteRaw(database(), TABLES.files, `U#${upload.owner}`, 'usage')
        expect(await ends[why](upload)).toBe(true)
        expect(await uploads().find(object)).toMatchObject({ state: 'dead', why })
        expect(await rawItem(database(), TABLES.files, `U#${upload.owner}`, 'usage')).toBeUndefined()
      },
    )

    it('is forgotten when it is dead, and only then', async () => {
      const [pending, dead] = [await begun(database()), await begun(database())]
      const ready = (await withFile(database(), { owner: anId() })).object
      await uploads().giveUp(dead, 'ended', NOW)
      for (const id of [pending.id, dead.id, ready]) await uploads().forget(id)
      expect(await uploads().find(pending.id)).toEqual(pending)
      expect(await uploads().find(ready)).toMatchObject({ state: 'ready' })
      expect(await uploads().find(dead.id)).toBeUndefined()
    })
  })

  describe('a scan', () => {
    it('is noted with what was found last, but what was infected stays so', async () => {
      const { id } = await begun(database(), { scan: 'pending' })
      for (const scan of ['unscannable', 'clean', 'infected', 'clean', 'unscannable'] as const) {
        await uploads().noteScan(id, scan)
      }
      expect((await uploads().find(id))?.scan).toBe('infected')
    })

    it('of something unknown is noted nowhere', async () => {
      const id = anId()
      await uploads().noteScan(id, 'clean')
      expect(await uploads().find(id)).toBeUndefined()
    })
  })
}
