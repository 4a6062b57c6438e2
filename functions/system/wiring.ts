import { database } from '../clients.ts'
import { config } from '../config.ts'
import { objects } from '../contents/object-wiring.ts'
import { fileWork, uploads, usage } from '../contents/wiring.ts'
import { once } from '../once.ts'
import { arrivals } from '../uploads/wiring.ts'
import { sweepStore } from './sweep-store.ts'
import type { SweepParts } from './sweeping.ts'

export const sweepParts = once(
  (): SweepParts => ({
    uploads: uploads(),
    usage: usage(),
    objects: objects(),
    work: fileWork(),
    arrivals: arrivals(objects()),
    sweep: sweepStore(database(), config.filesTable()),
  }),
)
