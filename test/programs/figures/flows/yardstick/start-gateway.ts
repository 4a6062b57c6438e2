import { join } from 'node:path'
import { PORT } from '../contender.ts'
import { type ServerProcess, startServer } from '../server-process.ts'

type Options = {
  /** `key` is a method and a path. */
  routes: { key: string; handlerFile: string; protectedRoute?: boolean }[]
  environment?: Record<string, string>
  tokens?: { publicKey: string; issuer: string; audience: string }
}

/** The yardstick's gateway, with two processes for each function. */
export function startGateway(options: Options): Promise<ServerProcess> {
  return startServer({
    args: [join(import.meta.dirname, 'gateway.mjs')],
    env: { GATEWAY: JSON.stringify({ port: PORT, processes: 2, ...options }) },
    answers: `http://127.0.0.1:${PORT}/`,
  })
}
