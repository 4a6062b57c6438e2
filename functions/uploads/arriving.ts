import type { Objects } from '../contents/object-store.ts'
import { contentOf, type DeathReason, isSumOfParts, type Upload } from '../contents/upload.ts'
import { makeReady, type Uploads } from '../contents/upload-store.ts'
import { usageStore } from '../contents/usage-store.ts'
import { type Ahead, readAhead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { ABSENT, putIn } from '../data/write.ts'
import type { Place } from '../files/access.ts'
import { nodeIn } from '../files/change.ts'
import type { Listed, ListedFile } from '../files/item.ts'
import { asRead, listedItem, nodeItem, type Tree } from '../files/tree-store.ts'
import { versionItem } from '../files/version-store.ts'

export type ArrivingParts = {
  db: Database
  filesTable: string
  tree: Tree
  uploads: Uploads
  objects: Pick<Objects, 'head' | 'remove'>
}

/**
 * Makes a file of an uploaded object. S3's message, the client and the sweep can each report that the object is there;
 * the result is the same if they do so at once, twice or late.
 */
export function arriving({ db, filesTable, tree, uploads, objects }: ArrivingParts) {
  const items = table(db, filesTable)
  const usage = usageStore(db, filesTable)
  const targetOf = targeting(db, tree)

  async function giveUp(upload: Upload, why: DeathReason, now: number): Promise<Upload | undefined> {
    const after = await uploads.giveUp(upload, why, now)
    if (after?.state === 'dead') await objects.remove(upload)
    return after
  }

  /** Undefined when somebody else changed what was read. */
  async function land(upload: Upload, sum: string, now: number): Promise<Upload | undefined> {
    const target = await targetOf(upload)
    if (typeof target === 'string') return giveUp(upload, target, now)
    const node = 'current' in target ? target.current.id : upload.node
    const ready: Upload = { ...upload, state: 'ready', sum, refs: 1, node }
    const writes =
      'current' in target
        ? newVersion(filesTable, target.current, ready, now)
        : newFile(filesTable, target.into, ready, now)
    const cancelled = await items.transact([makeReady(filesTable, ready), ...writes])
    if (cancelled) return cancelled[0] ? uploads.find(upload.id) : undefined
    await usage.settle(upload.owner, upload.id)
    return ready
  }

  /** Makes a file only if the object is there and is what was announced. */
  async function arrive(upload: Upload, now: number): Promise<Upload | undefined> {
    const found = await objects.head(upload.id)
    // Another report may have come first, and may have given the upload up.
    if (!found) return uploads.find(upload.id)
    const { size, sum = '' } = found
    const isAnnounced = upload.uploadId === undefined ? sum === upload.sum : isSumOfParts(sum, upload)
    if (size !== upload.size || !isAnnounced) return giveUp(upload, 'mismatch', now)
    return untilSettled(() => land(upload, sum, now))
  }

  return {
    giveUp,

    /**
     * The upload as it is by now; who has just read it says so in `known`. Undefined if it has no record, and then its
     * object is removed.
     */
    async settle(id: string, now: number, known?: Upload): Promise<Upload | undefined> {
      const upload = known ?? (await uploads.find(id))
      if (upload?.state === 'pending') return arrive(upload, now)
      if (upload?.state !== 'ready') await objects.remove(upload ?? { id })
      // Reads first, because nearly every upload that is over has no open slot.
      if (upload && (await usage.open(upload.owner)).includes(id)) await uploads.closeSlot(upload)
      return upload
    },
  }
}

function targeting(db: Database, tree: Tree) {
  async function placeOf({ folder, owner, by }: Upload, ahead: Ahead): Promise<Place | undefined> {
    if (folder === owner) return owner === by ? tree.root(owner, ahead) : undefined
    const place = await tree.find(folder, by, ahead)
    return place?.listed?.kind === 'folder' && place.access !== 'read' ? place : undefined
  }

  /** The file that gets a new version, the folder that gets a new file, or why there is neither. */
  return async (upload: Upload): Promise<{ current: ListedFile } | { into: Place } | DeathReason> => {
    if (upload.file !== undefined) {
      const place = await tree.find(upload.file, upload.by)
      return place?.listed?.kind === 'file' && place.access !== 'read' ? { current: place.listed } : 'file_gone'
    }
    const { folder, name } = upload
    const ahead = await readAhead(db, [...tree.keysOf(folder), tree.childKey(folder, name)])
    const into = await placeOf(upload, ahead)
    if (!into) return 'folder_gone'
    const current = await tree.child(folder, name, ahead)
    if (current?.kind === 'folder') return 'name_taken'
    return current ? { current } : { into }
  }
}

function newFile(tableName: string, into: Place, upload: Upload, now: number) {
  const { node: id, folder, name, sum = '', by } = upload
  const times = { v: 1, createdAt: now, changedAt: now, changedBy: by }
  const listed: Listed = { id, kind: 'file', folder, name, version: 1, ...contentOf(upload, sum, now), ...times }
  return [
    putIn(tableName, listedItem(listed), { only: ABSENT }),
    putIn(tableName, nodeItem(nodeIn(listed, into)), { only: ABSENT }),
  ]
}

/** The old content stays, as a version of the same file. */
function newVersion(tableName: string, current: ListedFile, upload: Upload, now: number) {
  const { sum = '', by } = upload
  const { partSize: _, ...rest } = current
  const next = { version: current.version + 1, v: current.v + 1, changedAt: now, changedBy: by }
  return [
    putIn(tableName, listedItem({ ...rest, ...contentOf(upload, sum, now), ...next }), asRead(current)),
    putIn(tableName, versionItem(current), { only: ABSENT }),
  ]
}

export type Arrivals = ReturnType<typeof arriving>
