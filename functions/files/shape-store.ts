import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { table } from '../data/table.ts'
import { ABSENT, EXISTS, updateIn } from '../data/write.ts'
import { isRoot, type Place } from './access.ts'
import { checkDepth } from './change.ts'
import { nodeKey } from './tree-store.ts'

const treeKey = (userId: string): Item => toItem({ pk: `U#${userId}`, sk: 'tree' })

/** Used by all moves, both out of a folder and out of the trash. */
export function shapeStore(db: Database, tableName: string) {
  const items = table(db, tableName)
  return {
    async version(owner: string): Promise<number> {
      const item = await items.get(treeKey(owner))
      return item ? fromItem<{ v: number }>(item).v : 0
    },

    /** Two opposite moves would make a loop. Of several moves that read the same tree version, only one succeeds. */
    at(owner: string, v: number): TransactWriteItem {
      const asSeen = v === 0 ? { only: ABSENT, fields: {} } : { only: '#v = :v', fields: { v } }
      const fields = { ...asSeen.fields, next: v + 1 }
      return updateIn(tableName, treeKey(owner), { set: 'SET #v = :next', only: asSeen.only, fields })
    },

    /**
     * Each folder stores an upper bound of the levels below it, so that a move of any size need not read them. The
     * bound is raised before the change that needs it: if it is too high, a move is refused; if it were too low,
     * folders could be nested too deep. True when a bound was raised: meanwhile, a folder above may have been moved
     * with its old bound.
     */
    async makeDepth(into: Place, height: number): Promise<boolean> {
      checkDepth(into, height)
      const above = isRoot(into.node) ? [] : [into.node, ...into.chain]
      let raised = false
      for (const [index, { id, height: known = 0 }] of above.entries()) {
        const least = height + index + 1
        if (known >= least) continue
        const only = `${EXISTS} AND (attribute_not_exists(#height) OR #height < :least)`
        await items.update(nodeKey(id), { set: 'SET #height = :least', only, fields: { least } })
        raised = true
      }
      return raised
    },
  }
}
