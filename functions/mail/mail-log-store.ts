import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, table } from '../data/table.ts'
import { ABSENT } from '../data/write.ts'
import { countMail, type MailCounter } from './mail-limit.ts'

const doneKey = (eventId: string): Item => toItem({ pk: `D#${eventId}`, sk: 'done' })
const counterKey = (address: string): Item => toItem({ pk: `M#${address}`, sk: 'mail' })

/** Longer than the sender can run, so an older claim belongs to a function that died. */
const CLAIM = 60
/** Longer than the queue keeps a message. */
const KEPT = 15 * 86_400
const COUNTER_KEPT = 7200
const RACES = 5

export type Claim = 'mine' | 'done' | 'busy'

/** Records which messages led to a mail, and how many mails an address got. */
export function mailLogStore(db: Database, tableName: string, gap: number) {
  const items = table(db, tableName)

  /** Undefined when another mail was counted meanwhile. */
  async function tryToAllow(address: string, eventId: string, now: number): Promise<boolean | undefined> {
    const item = await items.get(counterKey(address))
    const before = item && fromItem<MailCounter & { eventId: string }>(item)
    // Already counted: the message came again, or the answer to the earlier write was lost.
    if (before?.eventId === eventId) return true
    const after = countMail(before, now, gap)
    if (!after) return false
    const unchanged = before
      ? { only: '#lastAt = :lastAt AND #count = :count', fields: { lastAt: before.lastAt, count: before.count } }
      : { only: ABSENT }
    const outcome = await items.put(
      { ...counterKey(address), ...toItem({ ...after, eventId, ttl: now + COUNTER_KEPT }) },
      unchanged,
    )
    return isRefused(outcome) ? undefined : true
  }

  return {
    /** The queue delivers at least once. Only the call that claims the event sends the mail and then marks it done. */
    async claim(eventId: string, now: number): Promise<Claim> {
      const item = { ...doneKey(eventId), ...toItem({ state: 'sending', until: now + CLAIM, ttl: now + KEPT }) }
      const outcome = await items.put(item, {
        only: `${ABSENT} OR (#state = :sending AND #until < :now) OR #ttl < :now`,
        fields: { sending: 'sending', now },
      })
      if (!isRefused(outcome)) return 'mine'
      return outcome.blocking?.state?.S === 'done' ? 'done' : 'busy'
    },

    async done(eventId: string): Promise<void> {
      await items.update(doneKey(eventId), { set: 'SET #state = :done', fields: { done: 'done' } })
    },

    /** Counts one more mail to the address; false when the address has reached its limit. */
    async allow(address: string, eventId: string, now: number): Promise<boolean> {
      for (let race = 0; race < RACES; race++) {
        const allowed = await tryToAllow(address, eventId, now)
        if (allowed !== undefined) return allowed
      }
      return false
    },
  }
}
