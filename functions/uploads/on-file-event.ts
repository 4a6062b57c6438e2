import { objects } from '../contents/object-wiring.ts'
import { uploads } from '../contents/wiring.ts'
import { eachMessage } from '../data/queue.ts'
import { parseFileEvent } from './file-event.ts'
import { arrivals } from './wiring.ts'

const needs = () => ({ uploads: uploads(), settle: arrivals(objects()).settle })

/** An object was created or scanned. Messages may come twice, late, and in any order. */
export const handler = eachMessage(needs, async ({ uploads, settle }, body, now) => {
  const event = parseFileEvent(body)
  if (event?.kind === 'created') await settle(event.object, now)
  if (event?.kind === 'scanned') await uploads.noteScan(event.object, event.scan)
})
