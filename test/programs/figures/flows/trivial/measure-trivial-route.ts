import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PORT } from '../contender.ts'
import type { ServerProcess } from '../server-process.ts'

type Options = { url: string; connections: number; duration: number; timeout: number }
type Result = { requests: { average: number }; non2xx: number; errors: number }

/** It counts by the second: other durations would be rounded up. */
const WARM_UP_SECONDS = 2

/** Requests per second of GET /hello, with 10 and with 50 connections of autocannon. */
export async function measureTrivialRoute(peers: string, seconds: number, start: () => Promise<ServerProcess>) {
  const autocannon: (options: Options) => Promise<Result> = createRequire(join(peers, 'none'))('autocannon')
  async function rate(connections: number, duration: number): Promise<number> {
    const options = { url: `http://127.0.0.1:${PORT}/hello`, connections, duration, timeout: 20 }
    const { requests, non2xx, errors } = await autocannon(options)
    const { average } = requests
    if (non2xx + errors > 0 || average === 0) {
      throw new Error(`GET /hello: ${average} a second, ${non2xx} refused, ${errors} failed`)
    }
    return average
  }

  const { stop } = await start()
  try {
    await rate(10, WARM_UP_SECONDS)
    return { with10: await rate(10, seconds), with50: await rate(50, seconds) }
  } finally {
    await stop()
  }
}
