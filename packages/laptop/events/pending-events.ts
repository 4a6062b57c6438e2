import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { BusEvent } from './event.ts'

export type PendingEvents = {
  /** Events that were not delivered before the last stop. */
  left: BusEvent[]
  /** Resolves when the event is on the disk. */
  add(event: BusEvent): Promise<void>
  remove(event: BusEvent): Promise<void>
}

const DRAFT = '.new'

const eventSchema = v.object({
  version: v.literal('0'),
  id: v.pipe(v.string(), v.uuid()),
  'detail-type': v.string(),
  source: v.string(),
  account: v.string(),
  time: v.pipe(v.string(), v.isoTimestamp()),
  region: v.string(),
  resources: v.array(v.string()),
  detail: v.record(v.string(), v.unknown()),
})

/** The events that some recipient has not got yet. Each has a file. */
export async function openPendingEvents(folder: string): Promise<PendingEvents> {
  const fileOf = ({ id }: BusEvent) => join(folder, `${id}.json`)
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  const drafts = names.filter((name) => name.endsWith(DRAFT))
  await Promise.all(drafts.map((name) => rm(join(folder, name))))
  const whole = names.filter((name) => !name.endsWith(DRAFT))
  return {
    left: await Promise.all(whole.map((name) => readEvent(join(folder, name)))),
    async add(event) {
      const file = fileOf(event)
      await writeFile(`${file}${DRAFT}`, JSON.stringify(event), { flush: true })
      await rename(`${file}${DRAFT}`, file)
    },
    remove: (event) => rm(fileOf(event)),
  }
}

async function readEvent(file: string): Promise<BusEvent> {
  try {
    return v.parse(eventSchema, JSON.parse(await readFile(file, 'utf8'))) as BusEvent
  } catch (cause) {
    throw new Error(`${file} does not hold an event`, { cause })
  }
}
