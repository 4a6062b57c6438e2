import { database } from '../clients.ts'
import { config } from '../config.ts'
import { once } from '../once.ts'
import { changingVersions } from './changing-versions.ts'
import { creating } from './creating.ts'
import { metadataStore } from './metadata-store.ts'
import { moving } from './moving.ts'
import { treeStore } from './tree-store.ts'
import { versionStore } from './version-store.ts'

export const tree = once(() => treeStore(database(), config.filesTable()))
export const creation = once(() => creating(database(), config.filesTable(), tree()))
export const moves = once(() => moving(database(), config.filesTable(), tree()))
export const versions = once(() => versionStore(database(), config.filesTable()))
export const versionChanges = once(() => changingVersions(database(), config.filesTable(), tree()))
export const metadata = once(() => metadataStore(database(), config.filesTable()))
