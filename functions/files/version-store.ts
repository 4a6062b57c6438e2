import type { Content } from '../contents/content.ts'
import type { Ahead } from '../data/ahead.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { table } from '../data/table.ts'
import type { ListedFile } from './item.ts'

/** A content of a file that another content has replaced. */
export type OldVersion = Content & { version: number }

export const versionKey = (id: string, version: number): Item =>
  toItem({ pk: `N#${id}`, sk: `v#${String(version).padStart(10, '0')}` })

export function versionItem({ id, version, object, size, type, sum, partSize, addedAt, addedBy }: ListedFile): Item {
  return { ...versionKey(id, version), ...toItem({ object, size, type, sum, partSize, addedAt, addedBy }) }
}

/** Undefined for a record of another kind. */
export const versionIn = (item: Item): OldVersion | undefined =>
  item.pk?.S?.startsWith('N#') && item.sk?.S?.startsWith('v#') ? versionOf(item) : undefined

export function versionOf(item: Item): OldVersion {
  const { pk: _, sk, ...fields } = fromItem<OldVersion & { pk: string; sk: string }>(item)
  return { ...fields, version: Number(sk.slice('v#'.length)) }
}

export function versionStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  return {
    keyOf: (id: string, version: number) => items.keyed(versionKey(id, version)),

    async find(id: string, version: number, ahead?: Ahead): Promise<OldVersion | undefined> {
      const known = await items.get(versionKey(id, version), ahead)
      // When it was read ahead it may have been the current content still, which another has replaced since.
      const item = known ?? (ahead && (await items.get(versionKey(id, version))))
      return item && versionOf(item)
    },

    /** The versions that are older than this one, the newest first. */
    async before(id: string, version: number, limit: number): Promise<{ old: OldVersion[]; more: boolean }> {
      const after = versionKey(id, version).sk?.S
      const page = await items.query({ pk: `N#${id}`, prefix: 'v#', after, limit, newestFirst: true })
      return { old: page.items.map(versionOf), more: page.last !== undefined }
    },
  }
}

export type VersionStore = ReturnType<typeof versionStore>
