/** Lets `limit` callers in at the same time. The others wait in order, each for a limited time. */
export type Turnstile = {
  /** Gives the function to call when leaving; undefined if the wait was too long or the turnstile is closed. */
  enter: () => Promise<(() => void) | undefined>
  /** Lets nobody else in, and waits until everyone has left. */
  close: () => Promise<void>
}

export function turnstile(limit: number, waitMilliseconds: number): Turnstile {
  type Waiting = (leave: (() => void) | undefined) => void
  const queue: Waiting[] = []
  const empty = Promise.withResolvers<void>()
  let inside = 0
  let closed = false

  function leave(): void {
    const next = queue.shift()
    if (next) {
      next(leave)
      return
    }
    inside -= 1
    if (closed && inside === 0) empty.resolve()
  }

  function wait(): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      const admit: Waiting = (way) => {
        clearTimeout(timer)
        resolve(way)
      }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(admit), 1)
        resolve(undefined)
      }, waitMilliseconds)
      queue.push(admit)
    })
  }

  return {
    async enter() {
      if (closed) return undefined
      if (inside < limit) {
        inside += 1
        return leave
      }
      return waitMilliseconds > 0 ? wait() : undefined
    },
    async close() {
      closed = true
      for (const turnAway of queue.splice(0)) turnAway(undefined)
      if (inside > 0) await empty.promise
    },
  }
}
