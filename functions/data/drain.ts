/** As many pages as one message works through within a minute; what is left is for the next. */
export const PAGES = 20
export const PAGE = 100
const AT_ONCE = 8

/** True when there is nothing left to read; what was read must be gone, or go by itself, when it was worked on. */
export async function drained<T>(
  read: () => Promise<readonly T[]>,
  work: (found: readonly T[]) => Promise<void>,
): Promise<boolean> {
  for (let page = 0; page < PAGES; page++) {
    const found = await read()
    if (found.length === 0) return true
    await work(found)
  }
  return false
}

/** Several at once, but those of one key one after the other: their transactions would be in each other's way. */
export async function inLanes<T>(
  things: readonly T[],
  keyOf: (thing: T) => string,
  work: (thing: T) => Promise<unknown>,
): Promise<void> {
  const lanes = [...Map.groupBy(things, keyOf).values()]
  for (let start = 0; start < lanes.length; start += AT_ONCE) {
    const group = lanes.slice(start, start + AT_ONCE).map(async (lane) => {
      for (const thing of lane) await work(thing)
    })
    // All of them end before the first failure is told: none may go on in a frozen function.
    const failed = (await Promise.allSettled(group)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}
