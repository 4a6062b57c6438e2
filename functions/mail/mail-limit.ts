/** Mails to one address: one a minute, five an hour. */
export type MailCounter = { lastAt: number; hourStart: number; count: number }

const MINUTE = 60
const HOUR = 3600
const MAILS_AN_HOUR = 5

/** The counter after one more mail; undefined when the address has reached its limit. */
export function countMail(counter: MailCounter | undefined, now: number): MailCounter | undefined {
  if (!counter || now - counter.hourStart >= HOUR) {
    if (counter && now - counter.lastAt < MINUTE) return undefined
    return { lastAt: now, hourStart: now, count: 1 }
  }
  if (now - counter.lastAt < MINUTE || counter.count >= MAILS_AN_HOUR) return undefined
  return { ...counter, lastAt: now, count: counter.count + 1 }
}
