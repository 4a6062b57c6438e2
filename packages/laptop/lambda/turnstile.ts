/** Lets `limit` callers in at once; the others wait in order, each for so long at most. */
export type Turnstile = {
  /** The way out, or undefined when the wait was in vain or the turnstile is closed. */
  enter: () => Promise<(() => void) | undefined>
  /** Lets nobody in any more and waits until everyone has left. */
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
