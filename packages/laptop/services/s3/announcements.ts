import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CreatedObject } from '../../events/object-created.ts'
import { pathsIn, readIfThere, replaceDurably } from './durable-files.ts'
import type { ObjectRecord } from './objects.ts'

export type OnCreated = (object: CreatedObject) => Promise<void>
export type Tell = () => Promise<void>

export type Announcements = {
  /** Call it before the record is put: it notes on the disk that an event is due. Its result sends that event. */
  prepare(created: Omit<CreatedObject, 'sequencer'>, record: ObjectRecord): Promise<Tell>
  /** The events of stored objects that a kill has prevented. */
  left(storedFiles: Set<string>): Promise<Tell[]>
}

/** `file` is the first file of the object's data. No other object has it. */
type Note = { created: CreatedObject; file: string | undefined }

export async function openAnnouncements(
  folder: string,
  onCreated: OnCreated,
  now: () => number,
): Promise<Announcements> {
  await mkdir(folder, { recursive: true })
  const tellOf = (path: string, created: CreatedObject) => async () => {
    await onCreated(created)
    await rm(path)
  }
  return {
    async prepare(created, record) {
      const sequencer = drawSequencer(now())
      const path = join(folder, `${sequencer}.json`)
      const note: Note = { created: { ...created, sequencer }, file: record.data[0]?.file }
      await replaceDurably(path, JSON.stringify(note))
      return tellOf(path, note.created)
    },
    async left(storedFiles) {
      const tells: Tell[] = []
      for (const path of await pathsIn(folder)) {
        const note = path.endsWith('.json') ? await readNote(path) : undefined
        if (note?.file !== undefined && storedFiles.has(note.file)) tells.push(tellOf(path, note.created))
        else await rm(path)
      }
      return tells
    },
  }
}

async function readNote(path: string): Promise<Note | undefined> {
  const text = await readIfThere(path)
  return text === undefined ? undefined : JSON.parse(text)
}

let lastDrawn = 0

/** Larger than all earlier ones, also than those before a restart. */
function drawSequencer(now: number): string {
  lastDrawn = Math.max(lastDrawn + 1, now * 1000)
  return lastDrawn.toString(16).toUpperCase().padStart(16, '0')
}
