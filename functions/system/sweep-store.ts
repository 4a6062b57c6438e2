import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { objectKey, uploadOf } from '../contents/upload-store.ts'
import { usageKey } from '../contents/usage-store.ts'
import { type Database, must } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { type Table, table } from '../data/table.ts'
import { deleteIn, EXISTS, putIn } from '../data/write.ts'
import type { Listed, ListedFile } from '../files/item.ts'
import { asRead, listedItem, listedKey, nodeKey, nodeOf } from '../files/tree-store.ts'
import { versionKey, versionOf } from '../files/version-store.ts'

const CURSOR = toItem({ pk: 'S#sweep', sk: 'cursor' })
const PAGE = 500

/**
 * Where a sweep stopped: in the table or, after the table, in the bucket. `asks`: this round asks S3 for each object,
 * which costs money. `askedAt`: when the last round began that asked S3.
 */
export type Cursor = {
  in: 'table' | 'bucket'
  after?: { pk: string; sk: string } | string | undefined
  asks: boolean
  askedAt: number
}

/** Reads the whole table page by page, and makes the repairs that only a sweep makes. */
export function sweepStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  return {
    ...mending(items),

    async readCursor(): Promise<Cursor | undefined> {
      const item = await items.get(CURSOR)
      return item && JSON.parse(fromItem<{ at: string }>(item).at)
    },

    async keepCursor(cursor: Cursor): Promise<void> {
      await items.put({ ...CURSOR, ...toItem({ at: JSON.stringify(cursor) }) })
    },

    async page(after: Cursor['after']): Promise<{ found: Item[]; after: Cursor['after'] }> {
      const start = typeof after === 'object' ? { ExclusiveStartKey: toItem(after) } : {}
      const { Items, LastEvaluatedKey } = await must(
        db.send(new ScanCommand({ TableName: tableName, ConsistentRead: true, Limit: PAGE, ...start })),
      )
      return { found: Items ?? [], after: LastEvaluatedKey && fromItem<{ pk: string; sk: string }>(LastEvaluatedKey) }
    },

    /** Reads what a listed item needs: its node, the folder that lists it, and, if it is a file, its content. */
    async around(listed: Listed) {
      const { id, folder } = listed
      const content = listed.kind === 'file' ? [objectKey(listed.object)] : []
      const found = await items.batch([nodeKey(id), nodeKey(folder), ...content])
      const node = found.find(({ pk }) => pk?.S === `N#${id}`)
      const object = found.find(({ pk }) => pk?.S?.startsWith('O#'))
      const owner = node && nodeOf(node).owner
      const hasFolder = owner === folder || found.some(({ pk }) => pk?.S === `N#${folder}`)
      return { owner, hasFolder, content: object && uploadOf(object) }
    },

    /** Whether nothing is left of an account that is gone: no usage, nothing in its root, nothing in its trash. */
    async isEmpty(owner: string): Promise<boolean> {
      const first = (pk: string) => items.query({ pk, prefix: '', limit: 1 })
      const [usage, inRoot, inTrash] = await Promise.all([
        items.get(usageKey(owner)),
        first(`F#${owner}`),
        first(`T#${owner}`),
      ])
      return usage === undefined && inRoot.items.length + inTrash.items.length === 0
    },
  }
}

function mending(items: Table) {
  const tableName = items.name
  return {
    /** The content of the file is lost. The newest old version replaces it; without one, the file is removed. */
    async replaceLost(file: ListedFile, now: number): Promise<void> {
      const { items: newest } = await items.query({ pk: `N#${file.id}`, prefix: 'v#', limit: 1, newestFirst: true })
      const old = newest[0] && versionOf(newest[0])
      const { partSize: _, ...rest } = file
      await items.transact(
        old
          ? [
              putIn(
                tableName,
                listedItem({ ...rest, ...old, version: file.version + 1, v: file.v + 1, changedAt: now }),
                asRead(file),
              ),
              deleteIn(tableName, versionKey(file.id, old.version), { only: EXISTS }),
            ]
          : [
              deleteIn(tableName, listedKey(file.folder, file.name), asRead(file)),
              deleteIn(tableName, nodeKey(file.id)),
            ],
      )
    },

    async removeLostVersion(item: Item): Promise<void> {
      const { object } = versionOf(item)
      await items.transact([
        deleteIn(
          tableName,
          { pk: item.pk ?? { S: '' }, sk: item.sk ?? { S: '' } },
          { only: '#object = :object', fields: { object } },
        ),
      ])
    },
  }
}

export type SweepStore = ReturnType<typeof sweepStore>
