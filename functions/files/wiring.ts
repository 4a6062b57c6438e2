import { config } from '../config.ts'
import { db } from '../sessions/wiring.ts'
import { treeStore } from './tree-store.ts'

/** Wiring that every route of files and folders shares. */
export const filesTable = config.filesTable()
export const tree = treeStore(db, filesTable)
