import { eachMessage } from '../batch.ts'
import { config } from '../config.ts'
import { parseFileEvent } from '../domain/file-events.ts'
import { arrivals } from '../store/arrivals.ts'
import { database } from '../store/database.ts'
import { objectStore } from '../store/objects.ts'
import { treeStore } from '../store/tree.ts'
import { uploadStore } from '../store/uploads.ts'

const db = database()
const filesTable = config.filesTable()
const uploads = uploadStore(db, filesTable)
const parts = { db, filesTable, tree: treeStore(db, filesTable), uploads, objects: objectStore(config.filesBucket()) }
const { settle } = arrivals(parts)

/** An object came into being, or was scanned. Messages may come twice, late, and in any order. */
export const handler = eachMessage(async (body, now) => {
  const event = parseFileEvent(body)
  if (event?.kind === 'created') await settle(event.object, now)
  if (event?.kind === 'scanned') await uploads.noteScan(event.object, event.scan)
})
