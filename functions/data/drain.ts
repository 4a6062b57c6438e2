/** As many pages as one message can process within a minute. The next message does the rest. */
export const PAGES = 20
export const PAGE = 100
const AT_ONCE = 8

/** True when nothing is left to read. `work` must make what was read disappear, now or soon, or it is read again. */
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

/** Works on several keys at once, but on the things of one key in turn, because their transactions would conflict. */
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
    // All lanes end before the first failure is thrown: no lane may go on in a frozen function.
    const failed = (await Promise.allSettled(group)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}
