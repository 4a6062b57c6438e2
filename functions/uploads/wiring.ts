import { config } from '../config.ts'
import { uploads } from '../contents/wiring.ts'
import { database } from '../data/client.ts'
import { tree } from '../files/wiring.ts'
import { type ArrivingParts, arriving } from './arriving.ts'

/** Who asks for it says how objects are removed: a request must not throw away anything itself. */
export const arrivals = (objects: ArrivingParts['objects']) =>
  arriving({ db: database(), filesTable: config.filesTable(), tree: tree(), uploads: uploads(), objects })
