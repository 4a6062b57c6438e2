import { database } from '../clients.ts'
import { config } from '../config.ts'
import { uploads } from '../contents/wiring.ts'
import { tree } from '../files/wiring.ts'
import { type ArrivingParts, arriving } from './arriving.ts'

/** The caller says how objects are removed, because a request must not delete objects itself. */
export const arrivals = (objects: ArrivingParts['objects']) =>
  arriving({ db: database(), filesTable: config.filesTable(), tree: tree(), uploads: uploads(), objects })
