import { dropReference } from '../contents/upload-store.ts'
import type { Ahead } from '../data/ahead.ts'
import { type Database, untilSettled } from '../data/client.ts'
import { table } from '../data/table.ts'
import { ABSENT, deleteIn, putIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { ListedPlace } from './access.ts'
import type { Author } from './change.ts'
import type { ListedFile } from './item.ts'
import { asRead, listedItem, type Tree } from './tree-store.ts'
import { type OldVersion, versionItem, versionKey, versionStore } from './version-store.ts'

/** Only while the version holds this content, because its number may belong to another content by now. */
const holding = ({ object }: OldVersion) => ({ only: '#object = :object', fields: { object } })

export function changingVersions(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)
  const versions = versionStore(db, tableName)

  async function mustFind(id: string, version: number, ahead?: Ahead): Promise<OldVersion> {
    const found = await versions.find(id, version, ahead)
    if (!found) throw new LetheError('version_not_found')
    return found
  }

  /** Undefined when the file changed meanwhile. The two contents swap places, so no reference count changes. */
  async function tryToRestore(place: ListedPlace<'file'>, version: number, { caller, now }: Author, ahead?: Ahead) {
    const { listed: current } = place
    const old = await mustFind(current.id, version, ahead)
    const listed = renewed(current, old, { caller, now })
    const cancelled = await items.transact([
      putIn(tableName, listedItem(listed), asRead(current)),
      putIn(tableName, versionItem(current), { only: ABSENT }),
      deleteIn(tableName, versionKey(current.id, version), holding(old)),
    ])
    return cancelled ? undefined : { place, listed }
  }

  return {
    /** Makes the content of an old version the current one again. The old entry leaves the list. */
    restore: (id: string, version: number, author: Author, ifVersion: number | undefined, ahead?: Ahead) =>
      untilSettled(async () => {
        const place = await tree.listed('file', id, author.caller, 'write', ahead)
        if (ifVersion !== undefined && ifVersion !== place.listed.v) throw new LetheError('version_conflict')
        return tryToRestore(place, version, author, ahead)
      }),

    /** Returns the object that the version held. The object can be freed if nothing else holds it. */
    remove: (id: string, version: number, caller: string, ahead?: Ahead): Promise<string> =>
      untilSettled(async () => {
        const { listed } = await tree.listed('file', id, caller, 'own', ahead)
        if (version === listed.version) throw new LetheError('version_current')
        const old = await mustFind(id, version, ahead)
        const cancelled = await items.transact([
          deleteIn(tableName, versionKey(id, version), holding(old)),
          dropReference(tableName, old.object),
        ])
        return cancelled ? undefined : old.object
      }),
  }
}

function renewed(current: ListedFile, old: OldVersion, { caller, now }: Author): ListedFile {
  const { partSize: _, ...rest } = current
  const { version: __, ...content } = old
  return { ...rest, ...content, version: current.version + 1, v: current.v + 1, changedAt: now, changedBy: caller }
}
