import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { untilSettled } from '../data/client.ts'
import { ABSENT, deleteIn, fromItem, type Item, putIn, type Table, table, toItem, updateIn } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import type { Node } from '../files/item.ts'
import { grantKey, nodeKey, nodeOf, type Tree, treeStore } from '../files/tree-store.ts'
import { MOST_SHARES, type Share } from './share.ts'

/** Found by whom it is for: the user who accepted it, or the address it is offered to. No id holds an @. */
export const pointerKey = (grantee: string, id: string): Item => toItem({ pk: `G#${grantee}`, sk: id })

/** By one strongly consistent call, whatever the number of items behind a page. */
const KEYS_A_BATCH = 100

type Asked = Pick<Share, 'address' | 'access'>
type SharedItem = { node: Node; share: Share }

const granteeOf = ({ userId, address }: Share) => userId ?? address

/** The grant is the truth, and what proves an access; the pointer leads its taker to it. */
export function shareStore(db: DynamoDBClient, tableName: string) {
  const items = table(db, tableName)
  const tree = treeStore(db, tableName)

  /** However many there are: parallel offers can pass the limit by their number. */
  async function all(id: string, after?: string): Promise<Share[]> {
    const page = await items.query({ pk: `N#${id}`, prefix: 'g#', after, limit: 1000 })
    const shares = page.items.map(shareOf)
    return page.last === undefined ? shares : [...shares, ...(await all(id, page.last))]
  }

  async function tryToOffer(id: string, asked: Asked, made: Pick<Share, 'id' | 'createdAt'>) {
    const shares = await all(id)
    const known = shares.find(({ address }) => address === asked.address)
    if (known) return changeAccess(items, id, known, asked.access)
    if (shares.length >= MOST_SHARES) throw new LetheError('limit_reached')
    const share: Share = { ...made, ...asked }
    const cancelled = await items.transact([
      putIn(tableName, { ...grantKey(id, share.address), ...fieldsOf(share) }, { only: ABSENT }),
      putIn(tableName, pointerKey(share.address, id)),
    ])
    return cancelled ? undefined : share
  }

  /** Undefined when it was accepted meanwhile, and is kept elsewhere. */
  async function tryToRemove(id: string, share: string): Promise<true | undefined> {
    const found = (await all(id)).find((one) => one.id === share)
    if (!found) throw new LetheError('share_not_found')
    const grantee = granteeOf(found)
    const cancelled = await items.transact([
      deleteIn(tableName, grantKey(id, grantee), { only: '#share = :share', fields: { share } }),
      deleteIn(tableName, pointerKey(grantee, id)),
    ])
    return cancelled ? undefined : true
  }

  return {
    ...taking(items, tree),

    /** The same for every address: who has an account is not looked at. */
    offer: (id: string, asked: Asked, made: Pick<Share, 'id' | 'createdAt'>): Promise<Share> =>
      untilSettled(() => tryToOffer(id, asked, made)),

    remove: (id: string, share: string) => untilSettled(() => tryToRemove(id, share)),

    async page(id: string, after: string | undefined, limit: number) {
      const from = after === undefined ? undefined : `g#${after}`
      const page = await items.query({ pk: `N#${id}`, prefix: 'g#', after: from, limit })
      return { shares: page.items.map(shareOf), last: page.last?.slice('g#'.length) }
    },
  }
}

/** Undefined when it was accepted or removed meanwhile. */
async function changeAccess(items: Table, id: string, share: Share, access: Share['access']) {
  const cancelled = await items.transact([
    updateIn(items.name, grantKey(id, granteeOf(share)), {
      set: 'SET #access = :access',
      only: '#share = :share',
      fields: { access, share: share.id },
    }),
  ])
  return cancelled ? undefined : { ...share, access }
}

/** What the other one does, by user id and by the address that is this user's now. */
function taking(items: Table, tree: Tree) {
  const tableName = items.name

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

    /** Whether offered or accepted, and nothing where it is neither. */
    async leave(id: string, { userId, address }: { userId: string; address: string }): Promise<void> {
      const grantees = [userId, address]
      await items.transact(
        grantees.flatMap((grantee) => [
          deleteIn(tableName, grantKey(id, grantee)),
          deleteIn(tableName, pointerKey(grantee, id)),
        ]),
      )
    },

    /** In the order of the items' ids. */
    async pageFor(grantee: string, after: string | undefined, limit: number) {
      const page = await items.query({ pk: `G#${grantee}`, prefix: '', after, limit })
      const ids = page.items.map((item) => fromItem<{ sk: string }>(item).sk)
      return { shared: await sharedItems(ids, [grantee]), last: page.last }
    },
  }
}

const fieldsOf = ({ id, ...fields }: Share): Item => toItem({ share: id, ...fields })

function shareOf(item: Item): Share {
  const { pk: _, sk: __, share, ...fields } = fromItem<Share & { pk: string; sk: string; share: string }>(item)
  return { ...fields, id: share }
}
