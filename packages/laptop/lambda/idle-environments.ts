import type { Environment } from './environment.ts'

export type IdleLimits = {
  idleMilliseconds: number
  /** Of all functions together. */
  maxIdle: number
}

/** The idle environments of one function. */
export type IdleEnvironments = {
  take(): Environment | undefined
  put(environment: Environment): void
  stopAll(): Promise<void>
}

type Entry = { owner: object; environment: Environment; timer: NodeJS.Timeout }

/**
 * Of a function's idle environments, the one used last is taken first: so the others become idle long enough to be ended.
 * If there are too many, the one of any function that has been idle the longest is ended.
 */
export function idleEnvironments({ idleMilliseconds, maxIdle }: IdleLimits): () => IdleEnvironments {
  /** Those that became idle last stand last. */
  const all = new Set<Entry>()

  async function end(entry: Entry): Promise<void> {
    remove(entry)
    await entry.environment.stop()
  }

  function remove(entry: Entry): void {
    clearTimeout(entry.timer)
    all.delete(entry)
  }

  return () => {
    const owner = {}
    const own = () => [...all].filter((entry) => entry.owner === owner)
    return {
      take() {
        const last = own().at(-1)
        if (last) remove(last)
        return last?.environment
      },
      put(environment) {
        const timer = setTimeout(() => void end(entry), idleMilliseconds)
        timer.unref()
        const entry: Entry = { owner, environment, timer }
        all.add(entry)
        const [oldest] = all
        if (all.size > maxIdle && oldest) void end(oldest)
      },
      async stopAll() {
        await Promise.all(own().map(end))
      },
    }
  }
}
