import { database } from '../clients.ts'
import { config } from '../config.ts'
import { fileWork } from '../contents/wiring.ts'
import { tree } from '../files/wiring.ts'
import { once } from '../once.ts'
import { purging } from './purging.ts'
import { restoring } from './restoring.ts'
import { trashStore } from './trash-store.ts'
import { trashing } from './trashing.ts'

export const trash = once(() => trashStore(database(), config.filesTable()))
export const toTrash = once(() => trashing(database(), config.filesTable(), tree()))
export const restore = once(() => restoring(database(), config.filesTable(), tree()))
export const purge = once(() => purging({ db: database(), filesTable: config.filesTable(), work: fileWork() }).purge)
