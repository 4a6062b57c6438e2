import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { database } from '../../../functions/clients.ts'
import type { Upload } from '../../../functions/contents/upload.ts'
import { uploadStore } from '../../../functions/contents/upload-store.ts'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { creating } from '../../../functions/files/creating.ts'
import { moving } from '../../../functions/files/moving.ts'
import { treeStore } from '../../../functions/files/tree-store.ts'
import { arriving } from '../../../functions/uploads/arriving.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'
import { anUpload, begun, LIMITS, memoryObjects, usedBy, withFile, withFolder } from '../../helpers/files.ts'

const dynoxide = usingDatabase(startDynoxide)
let cloud: FakeCloud
let stores: ReturnType<typeof production>
beforeAll(async () => {
  cloud = await startFakeCloud(dynoxide())
  Object.assign(process.env, cloud.variables)
  stores = production()
})
afterAll(() => cloud.stop())
beforeEach(() => cloud.forget())

/** The client of production, with its own retries and its own patience. */
function production() {
  const db = database()
  const [tree, uploads] = [treeStore(db, TABLES.files), uploadStore(db, TABLES.files)]
  const objects = memoryObjects()
  return {
    tree,
    uploads,
    objects,
    usage: usageStore(db, TABLES.files),
    changes: creating(db, TABLES.files, tree),
    moves: moving(db, TABLES.files, tree),
    ...arriving({ db, filesTable: TABLES.files, tree, uploads, objects }),
  }
}

const UNAVAILABLE = { code: 'store_unavailable' }
const broken = (action: string) => cloud.fail(action, 'broken', 'broken', 'broken')
const used = ({ owner }: Upload) => usedBy(dynoxide(), owner)
const reserve = ({ owner, id, size }: Upload) => stores.usage.reserve(owner, { id, size, at: NOW }, LIMITS)

describe('an answer lost after the write', () => {
  it('takes the room once', async () => {
    const upload = anUpload()
    cloud.fail('dynamodb:UpdateItem', 'lost')
    await reserve(upload)
    expect(await used(upload)).toEqual({ used: 10, open: 1 })
  })

  it('begins an upload once', async () => {
    const upload = anUpload()
    cloud.fail('dynamodb:PutItem', 'lost')
    // What stands there is its own.
    expect(await stores.uploads.create(upload)).toEqual(upload)
  })

  it('gives the room back once, and does give it back', async () => {
    for (const faults of [['lost'], ['none', 'lost'], ['lost', 'none', 'lost']] as const) {
      const upload = await begun(dynoxide())
      await begun(dynoxide(), { owner: upload.owner, size: 3 })
      cloud.fail('dynamodb:UpdateItem', ...faults)
      expect(await stores.giveUp(upload, 'ended', NOW)).toMatchObject({ state: 'dead', why: 'ended' })
      expect(await used(upload)).toEqual({ used: 3, open: 1 })
    }
  })

  it('makes one file, with the room taken once', async () => {
    const upload = await begun(dynoxide())
    stores.objects.arrive(upload)
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    cloud.fail('dynamodb:UpdateItem', 'lost')
    expect(await stores.settle(upload.id, NOW)).toMatchObject({ state: 'ready', refs: 1 })
    expect(await stores.tree.child(upload.owner, upload.name)).toMatchObject({ id: upload.node, version: 1 })
    expect(await used(upload)).toEqual({ used: 10, open: 0 })
  })

  it('frees a content once', async () => {
    const { object } = await withFile(dynoxide(), { owner: anId() })
    const upload = await stores.uploads.held(object)
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    expect(await stores.uploads.lose(upload, NOW)).toBe(true)
    expect(await used(upload)).toEqual({ used: 0, open: 0 })
  })

  it('makes one folder, one copy and one move', async () => {
    const caller = anId()
    const file = await withFile(dynoxide(), { owner: caller })
    const author = { caller, now: NOW }
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    const folder = await stores.changes.createFolder(anId(), { folderId: 'root', name: 'new' }, author)
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    await stores.changes.copyFile(file.id, anId(), { folderId: folder.id }, author)
    cloud.fail('dynamodb:TransactWriteItems', 'lost')
    expect(await stores.moves.move('file', file.id, { name: 'moved' }, author, 1)).toMatchObject({ v: 2 })
    const names = (await stores.tree.children(caller, { limit: 9 })).children.map(({ name }) => name)
    expect(names).toEqual(['moved', 'new'])
    expect((await stores.uploads.held(file.object)).refs).toBe(2)
  })
})

describe('a store that fails', () => {
  it('before the room was taken has taken none', async () => {
    const upload = anUpload()
    broken('dynamodb:UpdateItem')
    await expect(reserve(upload)).rejects.toMatchObject(UNAVAILABLE)
    expect(await used(upload)).toEqual({ used: 0, open: 0 })
  })

  it('before the file was made leaves the upload as it was, for the next who speaks of it', async () => {
    const upload = await begun(dynoxide())
    stores.objects.arrive(upload)
    broken('dynamodb:TransactWriteItems')
    await expect(stores.settle(upload.id, NOW)).rejects.toMatchObject(UNAVAILABLE)
    expect(await stores.uploads.find(upload.id)).toEqual(upload)
    expect(await used(upload)).toEqual({ used: 10, open: 1 })
    expect(await stores.settle(upload.id, NOW)).toMatchObject({ state: 'ready' })
  })

  it.each(['settle', 'giveUp'] as const)('between the two writes of %s is mended by the next call', async (end) => {
    const upload = await begun(dynoxide())
    stores.objects.arrive(upload)
    const work = () => (end === 'settle' ? stores.settle(upload.id, NOW) : stores.giveUp(upload, 'ended', NOW))
    if (end === 'settle') broken('dynamodb:UpdateItem')
    else cloud.fail('dynamodb:UpdateItem', 'none', 'broken', 'broken', 'broken')
    await expect(work()).rejects.toMatchObject(UNAVAILABLE)
    expect(await used(upload)).toEqual({ used: 10, open: 1 })
    await work()
    expect(await used(upload)).toEqual({ used: end === 'settle' ? 10 : 0, open: 0 })
  })

  it('during a move has moved nothing', async () => {
    const owner = anId()
    const [folder, into] = [await withFolder(dynoxide(), { owner }), await withFolder(dynoxide(), { owner })]
    broken('dynamodb:TransactWriteItems')
    const moving = stores.moves.move('folder', folder.id, { folderId: into.id }, { caller: owner, now: NOW }, undefined)
    await expect(moving).rejects.toMatchObject(UNAVAILABLE)
    expect((await stores.tree.folder(folder.id, owner, 'own')).chain).toEqual([])
  })

  it('is never taken for the absence of a file', async () => {
    const file = await withFile(dynoxide(), { owner: anId() })
    cloud.fail('dynamodb:BatchGetItem', 'none', 'throttled', 'throttled', 'throttled')
    await expect(stores.tree.file(file.id, file.changedBy, 'read')).rejects.toMatchObject(UNAVAILABLE)
  })
})
