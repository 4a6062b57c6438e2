import { expect } from 'vitest'
import type { FileWork } from '../../functions/contents/file-work.ts'
import { ROOT } from '../../functions/files/access.ts'
import { metadataStore } from '../../functions/files/metadata-store.ts'
import { linkStore } from '../../functions/sharing/link-store.ts'
import { purging } from '../../functions/trash/purging.ts'
import { anId, NOW } from './builders.ts'
import { type DynamoDb, TABLES } from './dynamodb.ts'
import { allItems, changesIn, holders, sharesIn, trashIn, withNewVersion } from './file-history.ts'
import { treeIn, uploadsIn, usedBy, withFile, withFolders } from './files.ts'

/** What the rules of purging share: trash that goes, its worker, and what must not be left. */
export function purgeTools(database: () => DynamoDb) {
  const by = (caller: string) => ({ caller, now: NOW })
  const discard = async (kind: 'file' | 'folder', id: string, owner: string) => {
    await trashIn(database()).trash(kind, id, by(owner), undefined)
    await trashIn(database()).giveUp(owner, id, NOW)
  }
  const isThere = async (id: string, owner: string) => (await treeIn(database()).find(id, owner)) !== undefined

  /** The queue and its worker: what is sent is worked off until nothing is left; what fails stays where it is. */
  function worker({ db = database().db, now = NOW, queue = [] as FileWork[] } = {}) {
    const { purge } = purging({ db, filesTable: TABLES.files, work: { send: async (work) => void queue.push(work) } })
    return {
      queue,
      purge: (owner: string, item: string) => purge({ owner, item }, now),
      async workOff() {
        for (let work = queue[0]; work; work = queue[0]) {
          await (work.kind === 'purge' ? purge(work, now) : release(work.object))
          queue.splice(queue.indexOf(work), 1)
        }
      },
    }
  }
  async function release(object: string): Promise<void> {
    const upload = await uploadsIn(database()).find(object)
    if (upload?.state === 'ready') await uploadsIn(database()).free(upload, 'released', NOW)
  }
  /** A queue whose worker is always faster than who sends. */
  function hasty() {
    const send = (work: FileWork) => (work.kind === 'purge' ? purge(work, NOW) : release(work.object))
    const { purge } = purging({ db: database().db, filesTable: TABLES.files, work: { send } })
    return { purge }
  }
  async function purgeWhole(owner: string, item: string, now = NOW): Promise<void> {
    const { purge, workOff } = worker({ now })
    await purge(owner, item)
    await workOff()
  }

  /** What is still remembered of these ids, as a key or in a field. What is dead is the sweep's to forget. */
  async function traces(ids: string[]): Promise<string[]> {
    const living = (await allItems(database())).filter(({ state }) => state?.S !== 'dead')
    return living.map((item) => JSON.stringify(item)).filter((text) => ids.some((id) => text.includes(id)))
  }

  /** All that a file can have beside its node. */
  async function attach(id: string, owner: string): Promise<string[]> {
    const [friend, link] = [anId(), anId()]
    const shares = sharesIn(database())
    const links = linkStore(database().db, TABLES.files)
    const share = { id: anId(), createdAt: NOW }
    await shares.offer(id, { address: `${friend}@example.com`, access: 'read' }, share)
    await shares.accept(id, { userId: friend, address: `${friend}@example.com` }, NOW)
    await shares.offer(id, { address: `${link}@example.com`, access: 'read' }, { ...share, id: anId() })
    await links.create({ id: link, item: id, owner, createdAt: NOW, expiresAt: NOW + 60, issued: 0 })
    for (const nonce of ['one', 'two']) await links.use(link, { at: NOW, address: '192.0.2.7', device: 'x' }, nonce)
    const noted = { custom: '{}', tags: ['x'], changedAt: NOW, changedBy: owner }
    await metadataStore(database().db, TABLES.files).replace(id, noted, undefined)
    return [friend, link]
  }

  /** Folders in each other with files, one of them with all that a file can have, and a copy of it elsewhere. */
  async function aTree(owner = anId()) {
    const [outer, inner] = await withFolders(database(), owner, ['outer', 'inner'])
    const bare = [
      await withFile(database(), { owner, into: outer }),
      await withFile(database(), { owner, into: inner }),
    ]
    const first = await withFile(database(), { owner, into: inner })
    const copy = await changesIn(database()).copyFile(first.id, anId(), { folderId: ROOT, name: 'copy' }, by(owner))
    await changesIn(database()).copyFile(first.id, anId(), { name: 'copy beside it' }, by(owner))
    const second = await withNewVersion(database(), first, { owner })
    const third = await withNewVersion(database(), second, { owner })
    const ids = [...(await attach(third.id, owner)), ...(await attach(inner!.id, owner))]
    const gone = [...bare, second, third].map(({ object }) => object)
    return { owner, outer: outer!, inner: inner!, copy, gone, ids: [...ids, outer!.id, inner!.id, first.id, ...gone] }
  }
  async function expectGone({ owner, copy, ids }: Awaited<ReturnType<typeof aTree>>) {
    // The object of the copy remembers for which file and folder it was uploaded.
    const left = (await traces(ids)).filter((text) => !text.includes(`"O#${copy.object}"`))
    expect(left).toEqual([])
    expect(await usedBy(database(), owner)).toEqual({ used: copy.size, open: 0 })
    expect(await holders(database(), copy.object)).toEqual({ holding: 1, refs: 1 })
  }

  return { by, discard, isThere, worker, release, hasty, purgeWhole, traces, attach, aTree, expectGone }
}
