import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { giveBack } from '../../give-back.ts'

/** A file whose bytes never change. An object is one such file, or several if it was uploaded in parts. */
export type DataFile = { file: string; size: number }

/** Bytes from `start` up to but not including `end`. */
export type Span = { start: number; end: number }

export type DataFiles = {
  /** Resolves when the bytes are on the disk; if it rejects, nothing is kept. Do not use the pieces afterwards. */
  receive(bytes: AsyncIterable<Buffer>): Promise<DataFile>
  /** The bytes stay readable until the stream is closed, even if they are discarded in the meantime. */
  stream(data: DataFile[], span: Span): Readable
  /** Never rejects. A file that cannot be removed now is removed at the next start, because no record names it. */
  discard(data: DataFile[]): Promise<void>
  /** Removes files that no record names: a kill may leave them behind. */
  keepOnly(used: Set<string>): Promise<void>
}

const BATCH_BYTES = 512 * 1024
const READ_BYTES = 256 * 1024

export async function openDataFiles(folder: string): Promise<DataFiles> {
  await mkdir(folder, { recursive: true })
  const pathOf = (file: string) => join(folder, file)
  const readers = new Map<string, number>()
  const doomed = new Set<string>()
  const discard: DataFiles['discard'] = async (data) => {
    for (const { file } of data) {
      if (readers.has(file)) doomed.add(file)
      else await rm(pathOf(file), { force: true }).catch(() => {})
    }
  }
  const release = async (data: DataFile[]) => {
    const unread: DataFile[] = []
    for (const each of data) {
      const others = (readers.get(each.file) ?? 1) - 1
      if (others > 0) readers.set(each.file, others)
      else if (readers.delete(each.file) && doomed.delete(each.file)) unread.push(each)
    }
    await discard(unread)
  }
  return {
    async receive(bytes) {
      const file = randomUUID()
      const handle = await open(pathOf(file), 'wx')
      try {
        return { file, size: await writeAndClose(handle, bytes) }
      } catch (error) {
        await rm(pathOf(file))
        throw error
      }
    },
    stream(data, span) {
      for (const { file } of data) readers.set(file, (readers.get(file) ?? 0) + 1)
      const stream = Readable.from(slices(data, span, pathOf), { objectMode: false, highWaterMark: READ_BYTES })
      return stream.once('close', () => void release(data))
    },
    discard,
    async keepOnly(used) {
      for (const file of await readdir(folder)) if (!used.has(file)) await rm(pathOf(file))
    },
  }
}

async function writeAndClose(handle: FileHandle, bytes: AsyncIterable<Buffer>): Promise<number> {
  try {
    return await writeAll(handle, bytes)
  } finally {
    await handle.close()
  }
}

/** Writes small pieces together, and takes the next ones while it writes. */
async function writeAll(handle: FileHandle, bytes: AsyncIterable<Buffer>): Promise<number> {
  let size = 0
  let pieces: Buffer[] = []
  let gathered = 0
  let writing = Promise.resolve()
  const flush = async () => {
    await writing
    writing = writeBatch(handle, pieces, gathered)
    // Its failure is thrown where it is awaited next.
    writing.catch(() => {})
    pieces = []
    gathered = 0
  }
  for await (const piece of bytes) {
    pieces.push(piece)
    gathered += piece.length
    size += piece.length
    if (gathered >= BATCH_BYTES) await flush()
  }
  await flush()
  await writing
  await handle.sync()
  return size
}

async function writeBatch(handle: FileHandle, pieces: Buffer[], length: number): Promise<void> {
  if (length === 0) return
  const { bytesWritten } = await handle.writev(pieces)
  if (bytesWritten !== length) throw new Error(`the disk took ${bytesWritten} of ${length} bytes`)
  giveBack(pieces)
}

async function* slices(data: DataFile[], { start, end }: Span, pathOf: (file: string) => string) {
  let offset = 0
  for (const { file, size } of data) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, size)
    offset += size
    if (from >= to) continue
    let read = 0
    for await (const piece of createReadStream(pathOf(file), { start: from, end: to - 1, highWaterMark: READ_BYTES })) {
      read += piece.length
      yield piece as Buffer
    }
    // The answer has announced its length. It must break off, or the client would wait for more.
    if (read !== to - from) throw new Error(`${pathOf(file)} holds fewer bytes than were stored`)
  }
}
