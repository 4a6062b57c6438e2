import type { FileWork } from '../contents/file-work.ts'
import { dropReference, objectKey } from '../contents/upload-store.ts'
import type { Database } from '../data/client.ts'
import { drained, inLanes, PAGE } from '../data/drain.ts'
import type { Queue } from '../data/queue.ts'
import { type Cancelled, table } from '../data/table.ts'
import { deleteIn } from '../data/write.ts'
import type { Listed, ListedFile } from '../files/item.ts'
import { asRead, listedKey, nodeKey, treeStore } from '../files/tree-store.ts'
import { attachments } from './attachment-store.ts'
import { proving } from './proving.ts'
import { purgingAccount } from './purging-account.ts'
import type { Trashed } from './trash.ts'
import { trashKey } from './trash-store.ts'

type Purge = { owner: string; item: string }
type PurgingParts = { db: Database; filesTable: string; work: Queue<FileWork> }

/**
 * Deletes from the trash for good. Each holder of a content is deleted in one transaction with its reference, and the
 * record by which the rest is found is deleted last: the result is the same when a function dies on the way, or when a
 * message comes twice or in parallel. What is too much for one message is left to the next one.
 */
export function purging({ db, filesTable, work }: PurgingParts) {
  const items = table(db, filesTable)
  const proof = proving(db, filesTable)
  const empty = emptying({ db, filesTable, work })
  const attached = attachments(db, filesTable)
  const account = purgingAccount(db, filesTable, work)
  const release = (object: string) => work.send({ kind: 'release', object })

  const strip = (id: string) =>
    drained(
      () => attached.page(id, PAGE),
      async (found) => {
        for (const item of found) await attached.remove(id, item, release)
      },
    )

  const isThere = async (held: readonly string[]) => (await items.batch(held.map(objectKey))).length > 0

  async function finish(trashed: Trashed, owner: string, held = contentsOf(trashed)): Promise<void> {
    const { id, trashedAt } = trashed
    const cancelled = await items.transact([
      deleteIn(filesTable, nodeKey(id), { only: '#trashedAt = :trashedAt', fields: { trashedAt } }),
      deleteIn(filesTable, trashKey(owner, trashed)),
      ...held.map((object) => dropReference(filesTable, object)),
    ])
    // The content was lost and its record is deleted, so no reference is left to drop.
    const isForgotten = cancelled?.[2] && !cancelled[0] && !(await isThere(held))
    if (isForgotten) return finish(trashed, owner, [])
    refuseCrooked(id, cancelled)
    if (!cancelled) for (const object of held) await release(object)
  }

  async function purgeItem(owner: string, id: string, now: number): Promise<boolean> {
    const trashed = await proof.prove(owner, id, now)
    if (trashed === 'stays') return true
    const isEmpty = (trashed.kind === 'file' || (await empty(id, owner, now))) && (await strip(id))
    if (isEmpty) await finish(trashed, owner)
    return isEmpty
  }

  /** Purges a deleted account. The node of its root stays, so that nothing that comes late can be put into the root. */
  async function purgeAccount(owner: string, now: number): Promise<boolean> {
    if (!(await proof.isEnded(owner))) return true
    return (await empty(owner, owner, now)) && account.purge(owner)
  }

  return {
    async purge({ owner, item }: Purge, now: number): Promise<void> {
      const isDone = item === owner ? await purgeAccount(owner, now) : await purgeItem(owner, item, now)
      if (!isDone) await work.send({ kind: 'purge', owner, item })
    },
  }
}

/** Empties a folder; true when it lists nothing more. */
function emptying({ db, filesTable, work }: PurgingParts) {
  const items = table(db, filesTable)
  const tree = treeStore(db, filesTable)
  const proof = proving(db, filesTable)
  const attached = attachments(db, filesTable)

  /** Removes a file that has only its record, its node and its content, as most files of a folder do. */
  async function removeBare(file: ListedFile): Promise<void> {
    const { id, folder, name, object } = file
    const cancelled = await items.transact([
      deleteIn(filesTable, listedKey(folder, name), asRead(file)),
      deleteIn(filesTable, nodeKey(id), { only: '#folder = :folder', fields: { folder } }),
      dropReference(filesTable, object),
    ])
    refuseCrooked(id, cancelled)
    if (!cancelled) await work.send({ kind: 'release', object })
  }

  async function takeOut(child: Listed, owner: string, now: number): Promise<void> {
    if (child.kind === 'file' && (await attached.isBare(child.id))) return removeBare(child)
    // Sent first: once the folder does not list the item any more, only this message finds it.
    await work.send({ kind: 'purge', owner, item: child.id })
    refuseCrooked(child.id, (await proof.claim(child, owner, now)).cancelled)
  }

  return (folder: string, owner: string, now: number): Promise<boolean> =>
    drained(
      async () => (await tree.children(folder, { limit: PAGE })).children,
      (children) => inLanes(children, contentOf, (child) => takeOut(child, owner, now)),
    )
}

const contentsOf = (listed: Listed) => (listed.kind === 'file' ? [listed.object] : [])
const contentOf = (child: Listed) => (child.kind === 'file' ? child.object : child.id)

/** If another call came first, the first write fails. If only a later one fails, the records contradict each other. */
function refuseCrooked(id: string, cancelled: Cancelled | undefined): void {
  if (cancelled && !cancelled[0]) throw new Error(`what is remembered of ${id} does not fit together`)
}
