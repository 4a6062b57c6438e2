import type { Environment } from './environment.ts'

/** The environment that was used last is taken first: so the others become idle long enough to be ended. */
export function idleEnvironments(idleMilliseconds: number) {
  const stack: { environment: Environment; timer: NodeJS.Timeout }[] = []

  return {
    take(): Environment | undefined {
      const entry = stack.pop()
      clearTimeout(entry?.timer)
      return entry?.environment
    },
    put(environment: Environment): void {
      const timer = setTimeout(() => void environment.stop(), idleMilliseconds)
      timer.unref()
      stack.push({ environment, timer })
    },
    async stopAll(): Promise<void> {
      await Promise.all(
        stack.splice(0).map(({ environment, timer }) => {
          clearTimeout(timer)
          return environment.stop()
        }),
      )
    },
  }
}
