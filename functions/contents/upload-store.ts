import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Ahead } from '../data/ahead.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, type Table, table } from '../data/table.ts'
import { ABSENT, deleteIn, EXISTS, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { Scan } from './content.ts'
import type { DeathReason, Upload } from './upload.ts'

import { giveRoom, usageStore } from './usage-store.ts'

export const objectKey = (id: string): Item => toItem({ pk: `O#${id}`, sk: 'obj' })

/** Adds a holder of the content, such as a copy. An object without any holder cannot get a new one. */
export const addReference = (tableName: string, object: string): TransactWriteItem =>
  updateIn(tableName, objectKey(object), {
    set: 'SET #refs = #refs + :one',
    only: '#state = :ready AND #refs >= :one',
    fields: { ready: 'ready', one: 1 },
  })

export const dropReference = (tableName: string, object: string): TransactWriteItem =>
  updateIn(tableName, objectKey(object), {
    set: 'SET #refs = #refs - :one',
    only: '#refs >= :one',
    fields: { one: 1 },
  })

/** Written in one transaction with the record of the file, so an upload becomes ready only once. */
export const makeReady = (tableName: string, { id, node, sum }: Upload): TransactWriteItem =>
  updateIn(tableName, objectKey(id), {
    set: 'SET #state = :ready, #refs = :one, #node = :node, #sum = :sum',
    only: '#state = :pending',
    fields: { ready: 'ready', pending: 'pending', one: 1, node, sum },
  })

const DIE = 'SET #state = :dead, #why = :why, #diedAt = :now'

export function uploadStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  async function find(id: string, ahead?: Ahead): Promise<Upload | undefined> {
    const item = await items.get(objectKey(id), ahead)
    return item && uploadOf(item)
  }

  return {
    ...endings(items, usageStore(db, tableName)),
    find,
    keyOf: (id: string) => items.keyed(objectKey(id)),

    /** The object of a listed file. A file without a ready object counts as not found. */
    async held(id: string): Promise<Upload> {
      const upload = await find(id)
      if (upload?.state !== 'ready') throw new LetheError('file_not_found')
      return upload
    },

    async findAll(ids: readonly string[]): Promise<Upload[]> {
      return (await items.batch(ids.map(objectKey))).map(uploadOf)
    },

    /** Returns the existing upload if this call is a repetition. */
    async create(upload: Upload): Promise<Upload | undefined> {
      const { id, ...fields } = upload
      const outcome = await items.put({ ...objectKey(id), ...toItem(fields) }, { only: ABSENT })
      return isRefused(outcome) && outcome.blocking ? uploadOf(outcome.blocking) : undefined
    },

    /** An infected file stays infected: a later message of another scan does not clear it. */
    async noteScan(id: string, scan: Scan): Promise<void> {
      const only = `${EXISTS} AND #scan <> :infected`
      await items.update(objectKey(id), { set: 'SET #scan = :scan', only, fields: { scan, infected: 'infected' } })
    },
  }
}

function endings(items: Table, usage: Pick<ReturnType<typeof usageStore>, 'settle' | 'release'>) {
  const tableName = items.name

  /** Frees the upload's slot: the function that ended it or made a file of it may have died before doing so. */
  async function closeSlot({ state, why, owner, id, size }: Upload): Promise<void> {
    // If it became a file, its bytes are still taken or were given back at its death. Only the slot is left to free.
    const wasFile = state === 'ready' || why === 'released' || why === 'lost'
    if (wasFile) await usage.settle(owner, id)
    else await usage.release(owner, { id, size })
  }

  return {
    closeSlot,

    /** Makes a pending upload dead and frees its room. Bytes that arrive for it later are thrown away. */
    async giveUp({ id }: Upload, why: DeathReason, now: number): Promise<Upload | undefined> {
      const outcome = await items.update(objectKey(id), {
        set: DIE,
        only: '#state = :pending',
        fields: { dead: 'dead', pending: 'pending', why, now },
      })
      const found = isRefused(outcome) ? outcome.blocking : outcome.Attributes
      const upload = found && uploadOf(found)
      // Also when it was dead before: the slot may still be open.
      if (upload?.state === 'dead') await closeSlot(upload)
      return upload
    },

    /** An object without references dies, and its bytes are given back exactly once. False while it has references. */
    async free({ id, owner, size }: Upload, why: DeathReason, now: number): Promise<boolean> {
      const die = updateIn(tableName, objectKey(id), {
        set: DIE,
        only: '#state = :ready AND #refs = :none',
        fields: { dead: 'dead', ready: 'ready', none: 0, why, now },
      })
      return (await items.transact([die, ...giveRoom(tableName, owner, size)])) === undefined
    },

    /** S3 has lost the object: it dies, so nobody gets a URL of it, and its room is given back. */
    async lose({ id, owner, size }: Upload, now: number): Promise<boolean> {
      const die = updateIn(tableName, objectKey(id), {
        set: DIE,
        only: '#state = :ready',
        fields: { dead: 'dead', ready: 'ready', why: 'lost', now },
      })
      return (await items.transact([die, ...giveRoom(tableName, owner, size)])) === undefined
    },

    /** Called long after the object died, when nothing that was sent for it can still be under way. */
    async forget(id: string): Promise<void> {
      await items.transact([deleteIn(tableName, objectKey(id), { only: '#state = :dead', fields: { dead: 'dead' } })])
    },
  }
}

export type Uploads = ReturnType<typeof uploadStore>

/** Undefined for a record of another kind. */
export const uploadIn = (item: Item): Upload | undefined => (item.pk?.S?.startsWith('O#') ? uploadOf(item) : undefined)

export function uploadOf(item: Item): Upload {
  const { pk, sk: _, ...fields } = fromItem<Upload & { pk: string; sk: string }>(item)
  return { ...fields, id: pk.slice('O#'.length) }
}
