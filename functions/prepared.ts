import { once } from './once.ts'

/** A handler that can be made ready before its first call, so that a missing variable is found at the start. */
export type Prepared<A extends unknown[], R> = ((...args: A) => R) & { ready(): void }

/** A handler and what it needs: stores, settings, connections. They are made once, at the latest by the first call. */
export function prepared<N, A extends unknown[], R>(needs: () => N, run: (has: N, ...args: A) => R): Prepared<A, R> {
  const made = once(needs)
  return Object.assign((...args: A) => run(made(), ...args), { ready: () => void made() })
}
