type Methods = { [name: string]: (...args: never[]) => Promise<unknown> }

/** The same methods. Their code is loaded when one of them is first called: for libraries that a cold start can do without. */
export function onFirstCall<T extends Methods>(load: () => Promise<T>): T {
  let loading: Promise<T> | undefined
  // A load that failed is not kept: the next call tries again.
  const loaded = () => {
    loading ??= load().catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }
  const call =
    (name: string) =>
    async (...args: never[]) => {
      const method = (await loaded())[name]
      if (!method) throw new Error(`there is no method ${name}`)
      return method(...args)
    }
  // Whatever has a `then` would be taken for a promise.
  return new Proxy({} as T, { get: (_, name: string) => (name === 'then' ? undefined : call(name)) })
}
