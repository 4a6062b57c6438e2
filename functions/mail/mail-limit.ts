/** Mails to one address: one in each gap, five an hour. */
export type MailCounter = { lastAt: number; hourStart: number; count: number }

const HOUR = 3600
const MAILS_AN_HOUR = 5

/** The counter after one more mail; undefined when the address has reached its limit. `gap` is in seconds. */
export function countMail(counter: MailCounter | undefined, now: number, gap: number): MailCounter | undefined {
  if (!counter || now - counter.hourStart >= HOUR) {
    if (counter && now - counter.lastAt < gap) return undefined
    return { lastAt: now, hourStart: now, count: 1 }
  }
  if (now - counter.lastAt < gap || counter.count >= MAILS_AN_HOUR) return undefined
  return { ...counter, lastAt: now, count: counter.count + 1 }
}
