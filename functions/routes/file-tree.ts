import { config } from '../config.ts'
import { treeStore } from '../store/tree.ts'
import { db } from './callers.ts'

/** Wiring that every route of files and folders shares. */
export const filesTable = config.filesTable()
export const tree = treeStore(db, filesTable)
