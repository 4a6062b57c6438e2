import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AwsError } from '../../door/aws-error.ts'
import type { Algorithm, Checksum } from './checksums.ts'
import type { DataFile } from './data-files.ts'
import { appendDurably, pathsIn, readIfThere } from './durable-files.ts'

export type UploadedPart = {
  number: number
  /** Quoted. */
  etag: string
  lastModified: string
  data: DataFile
  checksum?: Checksum
}

type UploadHead = {
  id: string
  key: string
  /** Milliseconds since 1970. */
  initiatedAt: number
  /** The headers of the object to be. */
  headers: Record<string, string>
  algorithm?: Algorithm
}
export type OpenUpload = UploadHead & { parts: Map<number, UploadedPart> }

/** Call `addPart` and `forget` only in the turn of the upload's key. */
export type Uploads = {
  create(draft: Omit<UploadHead, 'id'>): Promise<OpenUpload>
  /** Throws NoSuchUpload, also for an upload of another key and for one that has ended. */
  get(key: string, id: string | undefined): OpenUpload
  /** Gives the part with the same number that it replaces. */
  addPart(upload: OpenUpload, part: UploadedPart): Promise<UploadedPart | undefined>
  forget(upload: OpenUpload): Promise<void>
  /** Sorted by key; uploads of one key by age, the oldest first. */
  list(): OpenUpload[]
}

/** Each upload is a file of lines: first its head, then one line for each part that came. */
export async function openUploads(folder: string): Promise<Uploads> {
  await mkdir(folder, { recursive: true })
  const pathOf = (id: string) => join(folder, `${id}.jsonl`)
  const open = new Map<string, OpenUpload>()
  for (const path of await pathsIn(folder)) {
    const upload = readUpload((await readIfThere(path)) ?? '')
    if (upload === undefined) await rm(path)
    else open.set(upload.id, upload)
  }
  return {
    async create(draft) {
      const head = { ...draft, id: newId(draft.initiatedAt) }
      await appendDurably(pathOf(head.id), lineOf(head))
      const upload = { ...head, parts: new Map() }
      open.set(head.id, upload)
      return upload
    },
    get(key, id = '') {
      const upload = open.get(id)
      if (upload?.key === key) return upload
      const message =
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.'
      throw new AwsError('NoSuchUpload', 404, message)
    },
    async addPart(upload, part) {
      await appendDurably(pathOf(upload.id), lineOf(part))
      const replaced = upload.parts.get(part.number)
      upload.parts.set(part.number, part)
      return replaced
    },
    async forget({ id }) {
      open.delete(id)
      await rm(pathOf(id))
    },
    list: () => [...open.values()].sort(byKeyThenAge),
  }
}

/** A later upload has a larger id. */
function newId(initiatedAt: number): string {
  return `${initiatedAt.toString(16).padStart(12, '0')}${randomBytes(24).toString('hex')}`
}

const byKeyThenAge = (left: OpenUpload, right: OpenUpload) =>
  Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)) || (left.id < right.id ? -1 : 1)

/** The line end at the beginning separates it from a line that was cut short. */
const lineOf = (value: object) => `\n${JSON.stringify(value)}\n`

/** A line that was cut short, by a kill or a full disk, is ignored: nobody was told that it was stored. */
function readUpload(text: string): OpenUpload | undefined {
  const [head, ...parts] = text.split('\n').flatMap(parseIfWhole)
  if (head === undefined || !('key' in head)) return undefined
  return { ...head, parts: new Map(parts.filter((part) => 'number' in part).map((part) => [part.number, part])) }
}

function parseIfWhole(line: string): (UploadHead | UploadedPart)[] {
  if (line === '') return []
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}
