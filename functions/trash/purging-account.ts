import type { FileWork } from '../contents/file-work.ts'
import { usageKey } from '../contents/usage-store.ts'
import type { Database } from '../data/client.ts'
import { drained, inLanes, PAGE, PAGES } from '../data/drain.ts'
import { fromItem, type Item } from '../data/item.ts'
import type { Queue } from '../data/queue.ts'
import { table } from '../data/table.ts'
import { deleteIn } from '../data/write.ts'
import { grantKey } from '../files/tree-store.ts'
import { pointerKey } from '../sharing/share-store.ts'
import { pageOfStaying } from './trash-store.ts'

/** What an account that is gone has beside its tree: its trash, what others shared with it, and its usage. */
export function purgingAccount(db: Database, tableName: string, work: Queue<FileWork>) {
  const items = table(db, tableName)

  /** Sends one message for each item. */
  async function emptyTrash(owner: string): Promise<boolean> {
    let after: string | undefined
    for (let page = 0; page < PAGES; page++) {
      const { staying, last } = await pageOfStaying(items, owner, after, PAGE)
      await inLanes(staying, asIs, (item) => work.send({ kind: 'purge', owner, item }))
      if (last === undefined) return true
      after = last
    }
    return false
  }

  const leaveShare = (owner: string, id: string) =>
    items.transact([deleteIn(tableName, grantKey(id, owner)), deleteIn(tableName, pointerKey(owner, id))])

  const leaveShares = (owner: string) =>
    drained(
      async () => (await items.query({ pk: `G#${owner}`, prefix: '', limit: PAGE })).items.map(idIn),
      (ids) => inLanes(ids, asIs, (id) => leaveShare(owner, id)),
    )

  /** The write is refused while the user still has bytes stored or uploads open. The sweep removes the record later. */
  const forgetUsage = (owner: string) =>
    items.transact([
      deleteIn(tableName, usageKey(owner), {
        only: '#room = #quota AND (attribute_not_exists(#count) OR #count = :none)',
        fields: { none: 0 },
      }),
    ])

  return {
    async purge(owner: string): Promise<boolean> {
      const isDone = (await emptyTrash(owner)) && (await leaveShares(owner))
      if (isDone) await forgetUsage(owner)
      return isDone
    },
  }
}

const idIn = (pointer: Item) => fromItem<{ sk: string }>(pointer).sk
const asIs = (id: string) => id
