import { join } from 'node:path'
import type { Resource } from '../../model.ts'
import { type Announcements, type OnCreated, openAnnouncements } from './announcements.ts'
import { type BucketSettings, readBucketSettings } from './bucket-settings.ts'
import { type DataFiles, openDataFiles } from './data-files.ts'
import { type Objects, openObjects } from './objects.ts'
import { type InTurn, turns } from './turns.ts'
import { type OpenUpload, openUploads, type Uploads } from './uploads.ts'

export type Bucket = {
  name: string
  settings: BucketSettings
  objects: Objects
  uploads: Uploads
  data: DataFiles
  announcements: Announcements
  /** By key. For everything that changes an object or one of its uploads. */
  inTurn: InTurn
}

type BucketOptions = { now: () => number; onCreated: OnCreated; report: (line: string) => void }

const DAY_MILLISECONDS = 24 * 3600 * 1000

/** Every write stores the data first, and then a record that names it. Data without a record is removed here. */
export async function openBucket(resource: Resource, folder: string, { now, onCreated, report }: BucketOptions) {
  const settings = readBucketSettings(resource)
  const data = await openDataFiles(join(folder, 'data'))
  const objects = await openObjects(folder, data, settings.isVersioned, now)
  const uploads = await openUploads(join(folder, 'uploads'))
  const { dataFiles, uploadIds } = await objects.referenced()
  const completed = new Set(uploadIds)
  for (const upload of uploads.list()) if (completed.has(upload.id)) await uploads.forget(upload)
  await data.keepOnly(new Set([...dataFiles, ...uploads.list().flatMap(dataFilesOf)]))
  const announcements = await openAnnouncements(join(folder, 'untold'), onCreated, now)
  for (const tell of await announcements.left(new Set(dataFiles))) {
    // Not awaited: nobody listens before all buckets are open.
    void tell().catch((error) => report(`An object of ${resource.ref} is told of at the next start: ${error}`))
  }
  const bucket: Bucket = { name: resource.ref, settings, objects, uploads, data, announcements, inTurn: turns() }
  return bucket
}

/** Removes what the bucket's lifecycle rules say. */
export async function applyLifecycle({ settings, objects, uploads, data, inTurn }: Bucket, now: number): Promise<void> {
  await objects.expireNoncurrent(now - settings.noncurrentDays * DAY_MILLISECONDS)
  for (const { id, key, initiatedAt } of uploads.list()) {
    if (initiatedAt > now - settings.abortDays * DAY_MILLISECONDS) continue
    await inTurn(key, async () => {
      const upload = uploads.list().find((each) => each.id === id)
      if (upload === undefined) return
      await uploads.forget(upload)
      await data.discard(partsOf(upload))
    })
  }
}

const partsOf = ({ parts }: OpenUpload) => [...parts.values()].map((part) => part.data)
const dataFilesOf = (upload: OpenUpload) => partsOf(upload).map(({ file }) => file)
