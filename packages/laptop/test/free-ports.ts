import { createServer } from 'node:net'
import type { Ports } from '../cloud.ts'

/** Three free ports in a row. They are below those that systems use for port 0 and for clients. */
export async function freePorts(): Promise<Ports> {
  for (;;) {
    const api = 10_000 + Math.floor(Math.random() * 20_000)
    const ports = { api, outbox: api + 1, door: api + 2 }
    const free = await Promise.all(Object.values(ports).map(isFree))
    if (free.every(Boolean)) return ports
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
