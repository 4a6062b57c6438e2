import { config } from '../config.ts'
import { objectStore } from '../contents/object-store.ts'
import { uploadStore } from '../contents/upload-store.ts'
import { eachMessage } from '../data/each-message.ts'
import { database } from '../data/table.ts'
import { treeStore } from '../files/tree-store.ts'
import { arrivals } from './arriving.ts'
import { parseFileEvent } from './file-event.ts'

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
