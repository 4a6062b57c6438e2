import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Cost } from './calls/recorder.ts'

export type RouteCalls = Cost & { route: string }

/** What one rightful, warm request of each route asks of the stores. */
export async function countCalls(): Promise<RouteCalls[]> {
  const program = fileURLToPath(new URL('calls/main.ts', import.meta.url))
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exit = once(child, 'exit')
  const counted = await Promise.race([once(child, 'message'), exit.then(() => undefined)])
  const [code] = await exit
  if (!counted || code !== 0) throw new Error(`the calls were not counted: exit code ${code}`)
  return counted[0]
}
