type Work = (operation: number, worker: number) => Promise<unknown>
type Load = { workers: number; milliseconds: number }

/** Lets each worker do one operation after the other for this time; gives how many they did in a second. */
export async function perSecond({ workers, milliseconds }: Load, work: Work): Promise<number> {
  const start = performance.now()
  let operations = 0
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      while (performance.now() - start < milliseconds) await work(operations++, worker)
    }),
  )
  return operations / ((performance.now() - start) / 1000)
}
