import { describe, expect, it } from 'vitest'
import { uploadStore } from '../../../functions/contents/upload-store.ts'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { treeStore } from '../../../functions/files/tree-store.ts'
import { arriving } from '../../../functions/uploads/arriving.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { clientOf, startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { anUpload, begun, LIMITS, memoryObjects, withFile, withFolder } from '../../helpers/files.ts'
import { unitsOf } from '../../helpers/units.ts'

const database = usingDatabase(startDynoxide)

/** The stores over a client whose calls are counted. */
function counted() {
  const db = clientOf(database().url)
  const { during } = unitsOf(db)
  const [tree, uploads] = [treeStore(db, TABLES.files), uploadStore(db, TABLES.files)]
  const objects = memoryObjects()
  const { settle } = arriving({ db, filesTable: TABLES.files, tree, uploads, objects })
  return { during, tree, uploads, usage: usageStore(db, TABLES.files), objects, settle }
}

describe('what files cost, with records under 1 KB', () => {
  it('an upload that is begun is 2 writes', async () => {
    const { during, tree, uploads, usage } = counted()
    const owner = anId()
    const folder = await withFolder(database(), { owner })
    const upload = anUpload({ owner, folder: folder.id })
    const cost = await during(async () => {
      await tree.folder(folder.id, owner, 'write')
      await tree.child(folder.id, upload.name)
      await usage.reserve(owner, { id: upload.id, size: upload.size, at: NOW }, LIMITS)
      await uploads.create(upload)
    })
    expect(cost.write).toBe(2)
    expect(cost.calls).toEqual(['BatchGetItem', 'BatchGetItem', 'GetItem', 'UpdateItem', 'PutItem'])
  })

  it.each(['a new file', 'a new version'])('an upload that is completed is at most 7 writes: %s', async (kind) => {
    const { during, objects, settle } = counted()
    const owner = anId()
    const folder = await withFolder(database(), { owner })
    if (kind === 'a new version') await withFile(database(), { owner, into: folder, name: 'plan' })
    const upload = await begun(database(), { owner, folder: folder.id, name: 'plan' })
    objects.arrive(upload)
    const first = await during(() => settle(upload.id, NOW))
    // The event and the client both say so; whoever is second writes nothing.
    const second = await during(() => settle(upload.id, NOW))
    expect([first.write, second.write]).toEqual([7, 0])
  })

  it('a page of a hundred is one Query', async () => {
    const { during, tree } = counted()
    const owner = anId()
    const folder = await withFolder(database(), { owner })
    await inParallel(10, async () => {
      for (let count = 0; count < 11; count++) await withFile(database(), { owner, into: folder })
    })
    let found = 0
    const cost = await during(async () => {
      found = (await tree.children(folder.id, { limit: 100 })).children.length
    })
    expect(found).toBe(100)
    expect(cost.calls).toEqual(['Query'])
  })
})
