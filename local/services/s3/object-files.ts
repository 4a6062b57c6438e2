import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** What S3 remembers beside the bytes. */
export type ObjectRecord = {
  key: string
  size: number
  /** Quoted. */
  etag: string
  lastModified: string
  /** Content-Type and its like, checksums, user metadata: headers that a read gives back. */
  headers: Record<string, string>
}

export type StoredObject = ObjectRecord & { body: Buffer }

type FiledRecord = ObjectRecord & { dataFile: string }

/** Looks at the object as it is at the moment of the change; throws to refuse the change. */
type Precondition = (current: ObjectRecord | undefined) => void

export type BucketFiles = {
  find(key: string): Promise<ObjectRecord | undefined>
  read(key: string): Promise<StoredObject | undefined>
  put(object: StoredObject, precondition: Precondition): Promise<void>
  remove(key: string, precondition: Precondition): Promise<void>
  list(): Promise<ObjectRecord[]>
}

/**
 * A bucket is a folder of records (named by the hash of the key, since a key is no file name) and a folder of data. A
 * record is renamed into place after its data is on disk, so an object is never half there.
 */
export async function openBucketFiles(folder: string): Promise<BucketFiles> {
  const recordFolder = join(folder, 'records')
  const dataFolder = join(folder, 'data')
  await mkdir(recordFolder, { recursive: true })
  await mkdir(dataFolder, { recursive: true })
  const recordPath = (key: string) => join(recordFolder, `${createHash('sha256').update(key).digest('hex')}.json`)
  const find = (key: string) => readRecord(recordPath(key))
  const changeInTurn = turns()
  await removeUnreferenced(recordFolder, dataFolder)
  return {
    find,
    async read(key) {
      for (;;) {
        const record = await find(key)
        if (record === undefined) return undefined
        const body = await readIfThere(join(dataFolder, record.dataFile))
        // Replaced between the two reads: look again.
        if (body !== undefined) return { ...record, body }
      }
    },
    async put({ body, ...record }, precondition) {
      const dataFile = randomUUID()
      await writeDurably(join(dataFolder, dataFile), body)
      const path = recordPath(record.key)
      await changeInTurn(path, async () => {
        const current = await find(record.key)
        try {
          precondition(current)
        } catch (error) {
          await rm(join(dataFolder, dataFile))
          throw error
        }
        const temporary = `${path}.${dataFile}`
        await writeDurably(temporary, Buffer.from(JSON.stringify({ ...record, dataFile } satisfies FiledRecord)))
        await rename(temporary, path)
        if (current !== undefined) await rm(join(dataFolder, current.dataFile), { force: true })
      })
    },
    async remove(key, precondition) {
      const path = recordPath(key)
      await changeInTurn(path, async () => {
        const current = await find(key)
        precondition(current)
        if (current === undefined) return
        await rm(path)
        await rm(join(dataFolder, current.dataFile), { force: true })
      })
    },
    async list() {
      const records = await readRecords(recordFolder)
      return records.sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)))
    },
  }
}

/** Changes of one object happen one after the other. */
function turns() {
  const last = new Map<string, Promise<void>>()
  return (path: string, change: () => Promise<void>): Promise<void> => {
    const turn = (last.get(path) ?? Promise.resolve()).then(change)
    const settled = turn.catch(() => {}).then(() => void (last.get(path) === settled && last.delete(path)))
    last.set(path, settled)
    return turn
  }
}

async function readRecord(path: string): Promise<FiledRecord | undefined> {
  const text = await readIfThere(path)
  return text === undefined ? undefined : JSON.parse(text.toString('utf8'))
}

async function readRecords(recordFolder: string): Promise<FiledRecord[]> {
  const names = (await readdir(recordFolder)).filter((name) => name.endsWith('.json'))
  const records = await Promise.all(names.map((name) => readRecord(join(recordFolder, name))))
  return records.filter((record) => record !== undefined)
}

/** What a kill left between writing data and naming it. */
async function removeUnreferenced(recordFolder: string, dataFolder: string): Promise<void> {
  for (const name of await readdir(recordFolder)) {
    if (!name.endsWith('.json')) await rm(join(recordFolder, name))
  }
  const dataFiles = await readdir(dataFolder)
  if (dataFiles.length === 0) return
  const referenced = new Set((await readRecords(recordFolder)).map(({ dataFile }) => dataFile))
  for (const name of dataFiles) if (!referenced.has(name)) await rm(join(dataFolder, name))
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
