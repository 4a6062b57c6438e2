import { database } from '../clients.ts'
import { config } from '../config.ts'
import { once } from '../once.ts'
import { keyRingStore } from './key-ring-store.ts'
import { publicKeyStore } from './public-key-store.ts'

export const publicKeys = once(() => publicKeyStore(database(), config.sessionsTable()))
export const keyRing = once(() => keyRingStore(config.aws(), config.keyRingSecret()))
