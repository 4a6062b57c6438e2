import { createHash, randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataFile, DataFiles } from './data-files.ts'
import { pathsIn, readIfThere, replaceDurably } from './durable-files.ts'

/** What is stored about an object besides its bytes. */
export type ObjectRecord = {
  key: string
  size: number
  /** Quoted. */
  etag: string
  lastModified: string
  /** The headers that a read returns: Content-Type and similar ones, checksums, user metadata, the version. */
  headers: Record<string, string>
  data: DataFile[]
  /** The upload that the object was made from. */
  uploadId?: string
}

/** Call `put` and `remove` only in the key's turn. */
export type Objects = {
  find(key: string): Promise<ObjectRecord | undefined>
  put(record: ObjectRecord): Promise<void>
  remove(key: string): Promise<void>
  list(): Promise<ObjectRecord[]>
  /** Removes for good what was replaced or deleted before that time. */
  expireNoncurrent(before: number): Promise<void>
  /** The files and uploads that records name. All others are leftovers. */
  referenced(): Promise<{ dataFiles: string[]; uploadIds: string[] }>
}

/**
 * Two folders of records. Current ones are named by a hash of the key, because a key may not be a file name. Those
 * that a bucket with versions keeps for a while are named by the time when they were replaced or deleted. A record is
 * renamed into place after its data is on the disk, so that an object is never there in part.
 */
export async function openObjects(folder: string, data: DataFiles, isVersioned: boolean, now: () => number) {
  const recordFolder = join(folder, 'records')
  const noncurrentFolder = join(folder, 'noncurrent')
  await mkdir(recordFolder, { recursive: true })
  await mkdir(noncurrentFolder, { recursive: true })
  for (const path of await pathsIn(recordFolder)) if (!path.endsWith('.json')) await rm(path)
  await removeHalfMoved(recordFolder, noncurrentFolder)
  const pathOf = (key: string) => join(recordFolder, `${createHash('sha256').update(key).digest('hex')}.json`)
  const noncurrentPath = () => join(noncurrentFolder, `${now()}-${randomUUID()}.json`)
  const objects: Objects = {
    find: (key) => readRecord(pathOf(key)),
    async put(record) {
      const path = pathOf(record.key)
      const current = await readRecord(path)
      if (current !== undefined && isVersioned) await copyFile(path, noncurrentPath())
      await replaceDurably(path, JSON.stringify(record))
      if (current !== undefined && !isVersioned) await data.discard(current.data)
    },
    async remove(key) {
      const path = pathOf(key)
      const current = await readRecord(path)
      if (current === undefined) return
      if (isVersioned) return rename(path, noncurrentPath())
      await rm(path)
      await data.discard(current.data)
    },
    async list() {
      const records = await readRecords(recordFolder)
      return records.sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)))
    },
    async expireNoncurrent(before) {
      for (const name of await readdir(noncurrentFolder)) {
        if (Number(name.slice(0, name.indexOf('-'))) > before) continue
        const record = await readRecord(join(noncurrentFolder, name))
        await rm(join(noncurrentFolder, name))
        if (record !== undefined) await data.discard(record.data)
      }
    },
    async referenced() {
      const records = [...(await readRecords(recordFolder)), ...(await readRecords(noncurrentFolder))]
      return {
        dataFiles: records.flatMap((record) => record.data.map(({ file }) => file)),
        uploadIds: records.flatMap(({ uploadId }) => uploadId ?? []),
      }
    },
  }
  return objects
}

/** After a kill in the middle of `put`, a record may be in both folders. Then the copy is removed. */
async function removeHalfMoved(recordFolder: string, noncurrentFolder: string): Promise<void> {
  const noncurrent = await pathsIn(noncurrentFolder)
  if (noncurrent.length === 0) return
  const current = new Set((await readRecords(recordFolder)).map(({ data }) => data[0]?.file))
  for (const path of noncurrent) {
    const text = await readIfThere(path)
    const record = text === undefined ? undefined : parseIfWhole(text)
    if (record === undefined || current.has(record.data[0]?.file)) await rm(path)
  }
}

/** Undefined for a copy that was cut short. Its record is then still in the other folder. */
function parseIfWhole(text: string): ObjectRecord | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An older form: an object had one file. */
type SingleFileRecord = Omit<ObjectRecord, 'data'> & { dataFile: string }

async function readRecord(path: string): Promise<ObjectRecord | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const record: ObjectRecord | SingleFileRecord = JSON.parse(text)
  if ('data' in record) return record
  const { dataFile, ...rest } = record
  return { ...rest, data: [{ file: dataFile, size: record.size }] }
}

const FILES_AT_ONCE = 64

async function readRecords(folder: string): Promise<ObjectRecord[]> {
  const paths = await pathsIn(folder)
  const records: (ObjectRecord | undefined)[] = []
  // The number of open files is limited.
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    records.push(...(await Promise.all(paths.slice(start, start + FILES_AT_ONCE).map(readRecord))))
  }
  return records.filter((record) => record !== undefined)
}
