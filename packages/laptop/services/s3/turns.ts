export type InTurn = <T>(key: string, change: () => Promise<T>) => Promise<T>

/** Changes under one key happen one after the other. */
export function turns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (key, change) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(change)
    const settled = turn.then(
      () => {},
      () => {},
    )
    last.set(key, settled)
    void settled.then(() => last.get(key) === settled && last.delete(key))
    return turn
  }
}
