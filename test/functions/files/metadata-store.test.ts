import { describe, expect, it } from 'vitest'
import { metadataStore } from '../../../functions/files/metadata-store.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'

const database = usingDatabase(startDynoxide)
const metadata = () => metadataStore(database().db, TABLES.files)

const author = anId()
const noted = (custom: string, tags: string[] = []) => ({ custom, tags, changedAt: NOW, changedBy: author })
const first = noted('{"a":1}', ['red', 'blue'])
const second = noted('{"b":2}')
const conflict = { code: 'version_conflict' }

describe('metadata', () => {
  it('is empty, of version 0, where none was noted', async () => {
    expect(await metadata().read(anId())).toEqual({ custom: '{}', tags: [], v: 0 })
  })

  it('is replaced as a whole, and its version moves on', async () => {
    const id = anId()
    expect(await metadata().replace(id, first, undefined)).toMatchObject({ ...first, v: 1 })
    expect(await metadata().read(id)).toMatchObject({ ...first, v: 1 })
    expect(await metadata().replace(id, second, undefined)).toMatchObject({ ...second, v: 2 })
    expect(await metadata().replace(id, first, 2)).toMatchObject({ ...first, v: 3 })
  })

  it('is made where version 0 is asked for, and nothing was noted', async () => {
    const id = anId()
    expect(await metadata().replace(id, first, 0)).toMatchObject({ v: 1 })
    await expect(metadata().replace(id, second, 0)).rejects.toMatchObject(conflict)
    expect(await metadata().read(id)).toMatchObject({ ...first, v: 1 })
  })

  it.each([0, 1, 3])('of version 2 stays when version %i is asked for', async (version) => {
    const id = anId()
    await metadata().replace(id, first, undefined)
    await metadata().replace(id, first, undefined)
    await expect(metadata().replace(id, second, version)).rejects.toMatchObject(conflict)
    expect(await metadata().read(id)).toMatchObject({ ...first, v: 2 })
  })

  it('is not made where a version is asked for and nothing was noted', async () => {
    const id = anId()
    await expect(metadata().replace(id, first, 1)).rejects.toMatchObject(conflict)
    expect((await metadata().read(id)).v).toBe(0)
  })

  it.each([0, 1])('of version %i is replaced once by 64 at once', async (version) => {
    const id = anId()
    if (version === 1) await metadata().replace(id, first, 0)
    const outcomes = await inParallel(64, (at) =>
      metadata()
        .replace(id, noted(JSON.stringify({ at })), version)
        .then(({ custom }) => custom)
        .catch(({ code }) => code),
    )
    const won = outcomes.filter((outcome) => outcome !== 'version_conflict')
    expect(won).toHaveLength(1)
    expect(await metadata().read(id)).toMatchObject({ custom: won[0], v: version + 1 })
  })

  it('is replaced by 64 at once who ask for no version, one after the other', async () => {
    const id = anId()
    const outcomes = await inParallel(64, () => metadata().replace(id, first, undefined))
    expect(outcomes.map(({ v }) => v).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1))
  })

  it.each([0, 1])(
    'of version %i is as asked when the answer was lost and the same call comes again',
    async (version) => {
      const id = anId()
      if (version === 1) await metadata().replace(id, second, 0)
      const done = await metadata().replace(id, first, version)
      expect(await metadata().replace(id, first, version)).toEqual(done)
      for (const other of [
        { ...first, custom: '{}' },
        { ...first, tags: ['blue', 'red'] },
        { ...first, changedBy: anId() },
      ])
        await expect(metadata().replace(id, other, version)).rejects.toMatchObject(conflict)
      await metadata().replace(id, first, version + 1)
      await expect(metadata().replace(id, first, version)).rejects.toMatchObject(conflict)
    },
  )
})
