import type { Ahead } from '../data/ahead.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, table } from '../data/table.ts'
import { ABSENT } from '../data/write.ts'
import { LetheError } from '../errors.ts'

type Noted = {
  /** An object as JSON. */
  custom: string
  tags: readonly string[]
  changedAt: number
  changedBy: string
}
export type Metadata = Pick<Noted, 'custom' | 'tags'> & Partial<Noted> & { v: number }

const NOTHING: Metadata = { custom: '{}', tags: [], v: 0 }

const metadataKey = (id: string): Item => toItem({ pk: `N#${id}`, sk: 'meta' })

/** The metadata of files and folders. The caller of these functions checks the access first. */
export function metadataStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  return {
    keyOf: (id: string) => items.keyed(metadataKey(id)),

    async read(id: string, ahead?: Ahead): Promise<Metadata> {
      const item = await items.get(metadataKey(id), ahead)
      return item ? fromItem<Metadata>(item) : NOTHING
    },

    async replace(id: string, noted: Noted, ifVersion: number | undefined): Promise<Metadata> {
      const outcome = await items.update(metadataKey(id), {
        set: 'SET #custom = :custom, #tags = :tags, #changedAt = :changedAt, #changedBy = :changedBy, #v = if_not_exists(#v, :none) + :one',
        ...asExpected(ifVersion),
        fields: { ...noted, none: 0, one: 1, ...(ifVersion ? { v: ifVersion } : {}) },
      })
      if (!isRefused(outcome)) return fromItem<Metadata>(outcome.Attributes ?? {})
      const found = outcome.blocking ? fromItem<Metadata>(outcome.blocking) : NOTHING
      // The client repeats the call because the answer was lost. This change is already made.
      if (ifVersion !== undefined && found.v === ifVersion + 1 && isSame(found, noted)) return found
      throw new LetheError('version_conflict')
    },
  }
}

function asExpected(ifVersion: number | undefined) {
  if (ifVersion === undefined) return {}
  return { only: ifVersion === 0 ? ABSENT : '#v = :v' }
}

const isSame = (found: Metadata, noted: Noted) =>
  found.custom === noted.custom &&
  found.changedBy === noted.changedBy &&
  JSON.stringify(found.tags) === JSON.stringify(noted.tags)
