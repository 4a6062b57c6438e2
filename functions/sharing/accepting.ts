import { type Database, untilSettled } from '../data/client.ts'
import { fromItem, type Item } from '../data/item.ts'
import { table } from '../data/table.ts'
import { deleteIn, putIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { Node } from '../files/item.ts'
import { grantKey, nodeKey, nodeOf, type Tree } from '../files/tree-store.ts'
import type { Share } from './share.ts'
import { fieldsOf, pointerKey, shareOf } from './share-store.ts'

/** A strongly consistent batch read takes at most this many keys, so a page may need several reads. */
const KEYS_A_BATCH = 100

type SharedItem = { node: Node; share: Share }

/** What a recipient of shares does. Shares are found by the user's id and by the user's present address. */
export function accepting(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)

  /** The items that still exist, each with its share. All their ancestors are checked. */
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
      // An item that its owner cannot reach any more is shared with nobody.
      const place = node && grant && (await tree.find(id, nodeOf(node).owner))
      return place && grant ? [{ node: place.node, share: shareOf(grant) }] : []
    })
    return (await Promise.all(shared)).flat()
  }

  async function tryToAccept(id: string, caller: { userId: string; address: string }, now: number) {
    // The offer is looked up first, because it may give more access than the accepted share.
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
