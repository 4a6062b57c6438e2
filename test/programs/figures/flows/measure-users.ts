import { familyOf, memoryOf } from '../processes.ts'
import { type Contender, PORT } from './contender.ts'
import { keepAliveClient } from './http-client.ts'
import { perSecond } from './load.ts'

const USERS = 48
const CONNECTIONS = 16
const WARM_UP_MS = 1500

/** What users do in a second, and the MiB that the server's processes have after all of it. */
export async function measureUsers({ start, users }: Contender, milliseconds: number) {
  const { pids, stop } = await start()
  const client = keepAliveClient(PORT, CONNECTIONS)
  const load = { workers: CONNECTIONS, milliseconds }
  async function warm(work: (operation: number, worker: number) => Promise<unknown>): Promise<number> {
    await perSecond({ ...load, milliseconds: WARM_UP_MS }, work)
    return perSecond(load, work)
  }

  try {
    const { signUp, signIn } = users(client)
    for (let user = 0; user < USERS; user++) await signUp(user)
    // It is no figure here, but its processes belong to the memory after the load.
    await perSecond(load, (operation) => signUp(USERS + operation))
    const signIns = await warm((operation) => signIn(operation % USERS))
    const sessions = await Promise.all(Array.from({ length: CONNECTIONS }, (_, worker) => signIn(worker)))
    const checks = await warm(async (_, worker) => sessions[worker]?.check())
    const refreshes = await warm(async (_, worker) => sessions[worker]?.refresh())
    return { checks, refreshes, signIns, memory: memoryOf(pids.flatMap(familyOf)) }
  } finally {
    client.close()
    await stop()
  }
}
