import { type Database, untilSettled } from '../data/client.ts'
import { type Table, table } from '../data/table.ts'
import { ABSENT, deleteIn, putIn, updateIn } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import { grantKey } from '../files/tree-store.ts'
import { checkRoom, granteeOf, type Share } from './share.ts'
import { fieldsOf, pointerKey, shareStore } from './share-store.ts'

type Offer = Pick<Share, 'address' | 'access'>

/** What the owner of an item does: offer it to an address, or end a share. */
export function offering(db: Database, tableName: string) {
  const items = table(db, tableName)
  const shares = shareStore(db, tableName)

  async function tryToOffer(id: string, offer: Offer, made: Pick<Share, 'id' | 'createdAt'>) {
    const given = await shares.all(id)
    const known = given.find(({ address }) => address === offer.address)
    if (known) return changeAccess(items, id, known, offer.access)
    checkRoom(given)
    const share: Share = { ...made, ...offer }
    const cancelled = await items.transact([
      putIn(tableName, { ...grantKey(id, share.address), ...fieldsOf(share) }, { only: ABSENT }),
      putIn(tableName, pointerKey(share.address, id)),
    ])
    return cancelled ? undefined : share
  }

  /** Undefined when the share was accepted meanwhile: it now has another key. */
  async function tryToRemove(id: string, share: string): Promise<true | undefined> {
    const found = (await shares.all(id)).find((one) => one.id === share)
    if (!found) throw new LetheError('share_not_found')
    const grantee = granteeOf(found)
    const cancelled = await items.transact([
      deleteIn(tableName, grantKey(id, grantee), { only: '#share = :share', fields: { share } }),
      deleteIn(tableName, pointerKey(grantee, id)),
    ])
    return cancelled ? undefined : true
  }

  return {
    /** Works the same for every address: it does not look whether the address has an account. */
    offer: (id: string, offer: Offer, made: Pick<Share, 'id' | 'createdAt'>): Promise<Share> =>
      untilSettled(() => tryToOffer(id, offer, made)),

    remove: (id: string, share: string) => untilSettled(() => tryToRemove(id, share)),
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
