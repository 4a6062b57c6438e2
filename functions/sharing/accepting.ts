import { type Database, untilSettled } from '../data/client.ts'
import { fromItem } from '../data/item.ts'
import { table } from '../data/table.ts'
import { deleteIn, putIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { Node } from '../files/item.ts'
import { grantKey, nodeKey, nodeOf, type Tree } from '../files/tree-store.ts'
import type { Share } from './share.ts'
import { fieldsOf, pointerKey, shareOf } from './share-store.ts'

type SharedItem = { node: Node; share: Share }

/** What a recipient of shares does. Shares are found by the user's id and by the user's present address. */
export function accepting(db: Database, tableName: string, tree: Tree) {
  const items = table(db, tableName)

  /** The items that still exist, each with its share. All their ancestors are checked. */
  async function sharedItems(ids: readonly string[], grantees: readonly string[]): Promise<SharedItem[]> {
    const keys = ids.flatMap((id) => [nodeKey(id), ...grantees.map((grantee) => grantKey(id, grantee))])
    const byKey = new Map((await items.batch(keys)).map((item) => [`${item.pk?.S} ${item.sk?.S}`, item]))
    const shared = ids.flatMap((id) => {
      const node = byKey.get(`N#${id} at`)
      const grant = grantees.map((grantee) => byKey.get(`N#${id} g#${grantee}`)).find((item) => item !== undefined)
      return node && grant ? [{ node: nodeOf(node), share: shareOf(grant) }] : []
    })
    // An item that its owner cannot reach any more is shared with nobody.
    const reached = await tree.findOwned(shared.map(({ node }) => node))
    return shared.flatMap(({ node: { id }, share }) => {
      const node = reached.get(id)?.node
      return node ? [{ node, share }] : []
    })
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
