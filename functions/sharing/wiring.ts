import { database } from '../clients.ts'
import { config } from '../config.ts'
import { tree } from '../files/wiring.ts'
import { once } from '../once.ts'
import { accepting } from './accepting.ts'
import { linkStore } from './link-store.ts'
import { offering } from './offering.ts'
import { shareStore } from './share-store.ts'

export const shares = once(() => shareStore(database(), config.filesTable()))
export const offers = once(() => offering(database(), config.filesTable()))
export const acceptances = once(() => accepting(database(), config.filesTable(), tree()))
export const links = once(() => linkStore(database(), config.filesTable()))
