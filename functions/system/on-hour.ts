import { inspect } from 'node:util'
import { config } from '../config.ts'
import { fileWork } from '../contents/file-work-queue.ts'
import { objectStore } from '../contents/object-store.ts'
import { giveUpAt, isWhole, type Upload } from '../contents/upload.ts'
import { uploadOf, uploadStore } from '../contents/upload-store.ts'
import { reservationsIn, usageStore } from '../contents/usage-store.ts'
import { database, type Item } from '../data/table.ts'
import { type Node, TRASH_LIFE } from '../files/item.ts'
import { isRoot, listedOf, nodeOf, treeStore } from '../files/tree-store.ts'
import { versionOf } from '../files/version-store.ts'
import { trashedOf } from '../trash/trash-store.ts'
import { arrivals } from '../uploads/arriving.ts'
import { type Cursor, sweepStore } from './sweep-store.ts'

const db = database()
const filesTable = config.filesTable()
const uploads = uploadStore(db, filesTable)
const usage = usageStore(db, filesTable)
const objects = objectStore(config.filesBucket())
const work = fileWork(config.fileWorkUrl())
const sweep = sweepStore(db, filesTable)
const { settle, giveUp } = arrivals({ db, filesTable, tree: treeStore(db, filesTable), uploads, objects })

/** Well within the function's time: what is left is for the next run. */
const WORKS_FOR_MS = 4 * 60_000
const AT_ONCE = 16
/** What is younger may be under way. */
const GRACE = 15 * 60
const HOUR = 3600
const DAY = 86_400

/** More is no decay but an accident, perhaps with a bucket's name: a person has to look. */
const MOST_LOST = 20
/** After every id. */
const END = '~'

/** What S3 was asked for in this run; what becomes of the missing is decided when it is known how many they are. */
let asked: { isTime: boolean; there: number; missing: Upload[] }

type Repair =
  | 'promoted'
  | 'expired'
  | 'released'
  | 'lost'
  | 'forgotten'
  | 'slotsClosed'
  | 'purged'
  | 'filesRepaired'
  | 'objectsRemoved'
  | 'failed'
type Counts = { [repair in Repair]?: number } & { looked: number; through: boolean }

/** Looks at everything that is remembered, and at everything that is stored; each run goes on where the last stopped. */
export async function handler(): Promise<Counts> {
  const until = Date.now() + WORKS_FOR_MS
  const counts: Counts = { looked: 0, through: false }
  asked = { isTime: false, there: 0, missing: [] }
  let cursor = roundAfter(await sweep.readCursor())
  while (!counts.through && Date.now() < until) {
    const next = cursor.in === 'table' ? await sweepTable(cursor, counts) : await sweepBucket(cursor, counts)
    counts.through = next === undefined
    // The end of a round is kept as such: the next one begins with the next run.
    cursor = next ?? { ...cursor, in: 'bucket', after: END }
    await sweep.keepCursor(cursor)
  }
  await giveUpLost(counts)
  console.info(JSON.stringify({ sweep: counts }))
  return counts
}

function roundAfter(before: Cursor | undefined): Cursor {
  if (before && before.after !== END) return before
  const now = Math.floor(Date.now() / 1000)
  const asks = before === undefined || now - before.askedAt >= DAY
  return { in: 'table', asks, askedAt: asks ? now : before.askedAt }
}

async function giveUpLost(counts: Counts): Promise<void> {
  const { there, missing } = asked
  if (missing.length > Math.min(there, MOST_LOST)) {
    throw new Error(`${missing.length} objects are missing and ${there} are there: an accident, so none is given up`)
  }
  await each(missing, lose, counts)
}

async function sweepTable(cursor: Cursor, counts: Counts): Promise<Cursor> {
  const { found, after } = await sweep.page(cursor.after)
  asked.isTime = cursor.asks
  await each(found, repair, counts)
  return { ...cursor, in: after ? 'table' : 'bucket', after }
}

async function sweepBucket(cursor: Cursor, counts: Counts): Promise<Cursor | undefined> {
  const page = await objects.list(typeof cursor.after === 'string' ? cursor.after : undefined)
  const known = new Map((await uploads.findAll(page.found.map(({ id }) => id))).map((upload) => [upload.id, upload]))
  const strays = page.found.filter(({ id }) => !known.has(id) || known.get(id)?.state === 'dead')
  await each(strays, removeStray, counts)
  return page.next === undefined ? undefined : { ...cursor, after: page.next }
}

/** One that cannot be repaired now must not keep the others from it. */
async function each<T>(things: T[], mend: (thing: T, now: number) => Promise<Repair | undefined>, counts: Counts) {
  const now = Math.floor(Date.now() / 1000)
  for (let start = 0; start < things.length; start += AT_ONCE) {
    const repairs = things.slice(start, start + AT_ONCE).map((thing) => mend(thing, now).catch(failed))
    for (const done of await Promise.all(repairs)) if (done) counts[done] = (counts[done] ?? 0) + 1
  }
  counts.looked += things.length
}

function failed(error: unknown): Repair {
  console.error(JSON.stringify({ sweep: inspect(error) }))
  return 'failed'
}

async function repair(item: Item, now: number): Promise<Repair | undefined> {
  const pk = item.pk?.S ?? ''
  const sk = item.sk?.S ?? ''
  if (pk.startsWith('O#')) return repairObject(uploadOf(item), now)
  if (pk.startsWith('U#') && sk === 'usage') return closeSlots(pk.slice('U#'.length), item, now)
  if (pk.startsWith('T#')) return emptyTrash(pk.slice('T#'.length), item, now)
  if (pk.startsWith('F#')) return repairListed(item, now)
  if (pk.startsWith('N#') && sk.startsWith('v#')) return repairVersion(item)
  if (pk.startsWith('N#') && sk === 'at') return emptyRoot(nodeOf(item))
  return undefined
}

async function repairObject(upload: Upload, now: number): Promise<Repair | undefined> {
  if (now - upload.createdAt < GRACE) return undefined
  if (upload.state === 'pending') return promoteOrExpire(upload, now)
  if (upload.state === 'ready') return upload.refs === 0 ? release(upload, now) : findLost(upload)
  if (now - (upload.diedAt ?? now) < DAY) return undefined
  await objects.remove(upload)
  // Once it is forgotten, nobody can tell whether its room was given back.
  await uploads.closeSlot(upload)
  await uploads.forget(upload.id)
  return 'forgotten'
}

/** First whether it is there: whoever sent all of it in time must not lose it to a lost message. */
async function promoteOrExpire(upload: Upload, now: number): Promise<Repair | undefined> {
  const after = await settle(upload.id, now)
  if (after?.state === 'ready') return 'promoted'
  if (after?.state !== 'pending') return undefined
  const parts = after.uploadId === undefined ? [] : await objects.allParts(after)
  if (now < giveUpAt(after, newest(parts ?? []))) return undefined
  // No parts any more: S3 gave them up, or has put them together since it was asked for the object.
  if (!parts && (await settle(upload.id, now))?.state === 'ready') return 'promoted'
  // All of it was sent, and perhaps it is being put together at this moment.
  if (after.uploadId !== undefined && parts && isWhole(after, parts)) {
    await work.send({ kind: 'put-together', object: after.id })
    return 'promoted'
  }
  await giveUp(after, 'expired', now)
  return 'expired'
}

const newest = (parts: readonly { at: number }[]) =>
  parts.length > 0 ? Math.max(...parts.map(({ at }) => at)) : undefined

async function release(upload: Upload, now: number): Promise<Repair | undefined> {
  if (!(await uploads.free(upload, 'released', now))) return undefined
  await objects.remove(upload)
  return 'released'
}

async function findLost(upload: Upload): Promise<undefined> {
  if (!asked.isTime) return undefined
  if (await objects.head(upload.id)) asked.there += 1
  else asked.missing.push(upload)
  return undefined
}

async function lose(upload: Upload, now: number): Promise<Repair | undefined> {
  if (!(await uploads.lose(upload, now))) return undefined
  console.error(JSON.stringify({ lost: upload.id, owner: upload.owner, file: upload.node }))
  return 'lost'
}

/** Somebody died between taking the room and writing what it is for, or between a file and its room. */
async function closeSlots(owner: string, item: Item, now: number): Promise<Repair | undefined> {
  const old = reservationsIn(item).filter(({ at }) => now - at >= GRACE)
  const known = new Map((await uploads.findAll(old.map(({ id }) => id))).map((upload) => [upload.id, upload]))
  const open = old.filter(({ id }) => known.get(id)?.state !== 'pending')
  for (const reservation of open) {
    if (known.has(reservation.id)) await settle(reservation.id, now)
    else await usage.release(owner, reservation)
  }
  return open.length > 0 ? 'slotsClosed' : undefined
}

async function emptyTrash(owner: string, item: Item, now: number): Promise<Repair | undefined> {
  const { id, trashedAt } = trashedOf(item)
  if (!item.purging && now - trashedAt < TRASH_LIFE) return undefined
  await work.send({ kind: 'purge', owner, item: id })
  return 'purged'
}

async function repairListed(item: Item, now: number): Promise<Repair | undefined> {
  const listed = listedOf(item)
  if (now - listed.changedAt < HOUR) return undefined
  const { owner, hasFolder, content } = await sweep.around(listed)
  if (listed.kind === 'file' && content?.state !== 'ready') {
    await sweep.replaceLost(listed, now)
    return 'filesRepaired'
  }
  // It came into a folder while that was being taken out of the trash for good.
  if (hasFolder || owner === undefined) return undefined
  await work.send({ kind: 'purge', owner, item: listed.id })
  return 'purged'
}

/** Of an account that is gone: what its last message left. */
async function emptyRoot(node: Node): Promise<Repair | undefined> {
  if (!isRoot(node) || (await sweep.isEmpty(node.id))) return undefined
  await work.send({ kind: 'purge', owner: node.id, item: node.id })
  return 'purged'
}

async function repairVersion(item: Item): Promise<Repair | undefined> {
  const upload = await uploads.find(versionOf(item).object)
  if (upload?.state === 'ready') return undefined
  await sweep.removeLostVersion(item)
  return 'filesRepaired'
}

/** What is stored and not known, or known to be over. */
async function removeStray({ id, at }: { id: string; at: number }, now: number): Promise<Repair | undefined> {
  if (now - at < HOUR) return undefined
  await objects.remove({ id })
  return 'objectsRemoved'
}
