import { once } from '../once.ts'

type Methods = { [name: string]: (...args: never[]) => Promise<unknown> }

/** The same methods, whose library is loaded at the first call. For libraries that a cold start can do without. */
export function onFirstCall<T extends Methods>(load: () => Promise<T>): T {
  const loaded = once(load)
  const call =
    (name: string) =>
    async (...args: never[]) =>
      (await loaded())[name]?.(...args)
  // A proxy with a `then` would be taken for a promise.
  return new Proxy({} as T, { get: (_, name: string) => (name === 'then' ? undefined : call(name)) })
}
