import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, table } from '../data/table.ts'
import { deleteIn } from '../data/write.ts'
import { CODE_TRIES } from './code.ts'
import type { PendingUser } from './user.ts'

export type CreateOutcome = 'created' | 'taken' | 'used'

const pendingKey = (id: string): Item => toItem({ pk: `P#${id}`, sk: 'signup' })
/** DynamoDB deletes expired items late, so the condition treats an expired sign-up as absent. */
const PENDING = 'attribute_exists(#pk) AND #ttl > :now'

export function codeStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  return {
    async putPending({ id, expiresAt, ...fields }: PendingUser): Promise<void> {
      await items.put({ ...pendingKey(id), ...toItem({ ...fields, ttl: expiresAt }) })
    },

    async findPending(id: string, now: number): Promise<PendingUser | undefined> {
      const item = await items.get(pendingKey(id))
      const pending = item && pendingOf(item)
      return pending && pending.expiresAt > now ? pending : undefined
    },

    /** Only the token and the code of the newest mail work. False when the sign-up is over. */
    async setCodes(id: string, codes: { tokenHash: string; codePhc: string }, now: number): Promise<boolean> {
      const set = 'SET #tokenHash = :tokenHash, #codePhc = :codePhc'
      return !isRefused(await items.update(pendingKey(id), { set, only: PENDING, fields: { ...codes, now } }))
    },

    /** Counts the guess before it is checked, so that parallel guesses cannot exceed the allowed number. */
    async takeTry(id: string, now: number): Promise<PendingUser | undefined> {
      const outcome = await items.update(pendingKey(id), {
        set: 'ADD #tries :one',
        only: `${PENDING} AND attribute_exists(#codePhc) AND (attribute_not_exists(#tries) OR #tries < :most)`,
        fields: { one: 1, most: CODE_TRIES, now },
      })
      return isRefused(outcome) ? undefined : pendingOf(outcome.Attributes ?? {})
    },

    /** Creates the account and deletes the sign-up in one transaction: both happen, or neither. */
    async turnIntoUser({ id, tokenHash }: PendingUser, user: TransactWriteItem[], now: number): Promise<CreateOutcome> {
      const only = `${PENDING} AND #tokenHash = :tokenHash`
      const useUp = deleteIn(tableName, pendingKey(id), { only, fields: { tokenHash, now } })
      const cancelled = await items.transact([useUp, ...user])
      if (!cancelled) return 'created'
      return cancelled[0] ? 'used' : 'taken'
    },
  }
}

function pendingOf(item: Item): PendingUser {
  const { pk, sk: _, ttl, ...fields } = fromItem<PendingUser & { pk: string; sk: string; ttl: number }>(item)
  return { ...fields, id: pk.slice('P#'.length), expiresAt: ttl }
}
