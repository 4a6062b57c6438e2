import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { untilSettled } from '../data/client.ts'
import { fromItem, type Item } from '../data/item.ts'
import { table } from '../data/table.ts'
import { deleteIn, putIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { Node } from '../files/item.ts'
import { grantKey, nodeKey, nodeOf, type Tree } from '../files/tree-store.ts'
import type { Share } from './share.ts'
import { fieldsOf, pointerKey, shareOf } from './share-store.ts'

/** By one strongly consistent call, whatever the number of items behind a page. */
const KEYS_A_BATCH = 100

type SharedItem = { node: Node; share: Share }

/** What the other one does, by user id and by the address that is this user's now. */
export function accepting(db: DynamoDBClient, tableName: string, tree: Tree) {
  const items = table(db, tableName)

  /** By id: what is still there, every ancestor proved, with its share. */
  async function sharedItems(ids: readonly string[], grantees: readonly string[]): Promise<SharedItem[]> {
    const keys = ids.flatMap((id) => [nodeKey(id), ...grantees.map((grantee) => grantKey(id, grantee))])
    const found: Item[] = []
    for (let at = 0; at < keys.length; at += KEYS_A_BATCH) {
      found.push(...(await items.batch(keys.slice(at, at + KEYS_A_BATCH))))
    }
    const byKey = new Map(found.map((item) => [`${item.pk?.S} ${item.sk?.S}`, item]))
    const shared = ids.map(async (id) => {
      const node = byKey.get(`N#${id} at`)
      const grant = grantees.map((grantee) => byKey.get(`N#${id} g#${grantee}`)).find((item) => item !== undefined)
      // What its owner cannot reach any more is shared with nobody.
      const place = node && grant && (await tree.find(id, nodeOf(node).owner))
      return place && grant ? [{ node: place.node, share: shareOf(grant) }] : []
    })
    return (await Promise.all(shared)).flat()
  }

  async function tryToAccept(id: string, caller: { userId: string; address: string }, now: number) {
    // The offer comes first: it may give more than what was accepted before.
    const [found] = await sharedItems([id], [caller.address, caller.userId])
    if (!found) throw new LetheError('share_not_found')
    if (found.share.userId !== undefined) return found
    const offer = found.share
    const share: Share = { ...offer, userId: caller.userId, acceptedAt: now }
    const cancelled = await items.transact([
      deleteIn(tableName, grantKey(id, caller.address), {
        only: '#share = :share AND #access = :access',
        fields: { share: offer.id, access: offer.access },
      }),
      deleteIn(tableName, pointerKey(caller.address, id)),
      putIn(tableName, { ...grantKey(id, caller.userId), ...fieldsOf(share) }),
      putIn(tableName, pointerKey(caller.userId, id)),
    ])
    return cancelled ? undefined : { ...found, share }
  }

  return {
    accept: (id: string, caller: { userId: string; address: string }, now: number): Promise<SharedItem> =>
      untilSettled(() => tryToAccept(id, caller, now)),

    /** In the order of the items' ids. */
    async pageFor(grantee: string, after: string | undefined, limit: number) {
      const page = await items.query({ pk: `G#${grantee}`, prefix: '', after, limit })
      const ids = page.items.map((item) => fromItem<{ sk: string }>(item).sk)
      return { shared: await sharedItems(ids, [grantee]), last: page.last }
    },
  }
}
