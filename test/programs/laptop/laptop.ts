import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Place } from '../../helpers/people.ts'

const root = join(import.meta.dirname, '../../..')

export type Observed = { allowed: Record<string, string[]>; denied: Record<string, string[]> }
export type Laptop = Place & { door: string; stop(): Promise<Observed> }

/** `npm start` as a child; its log is shown only when it fails. */
export async function startLaptop({ state, flags }: { state: string; flags: string[] }): Promise<Laptop> {
  const port = await threeFreePorts()
  const args = ['packages/laptop/main.ts', '--port', String(port), '--state', state, '--stop-with-stdin', ...flags]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  await ready(child)
  let observed: Promise<Observed> | undefined
  return {
    api: `http://127.0.0.1:${port}`,
    outbox: `http://127.0.0.1:${port + 1}`,
    door: `http://127.0.0.1:${port + 2}`,
    stop: () => (observed ??= stopped(child, state)),
  }
}

async function ready(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('the laptop cloud has no output')
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.startsWith('API ')) {
      child.stdout.resume()
      return
    }
  }
  throw new Error(`the laptop cloud did not start:\n${said.join('\n')}`)
}

async function stopped(child: ChildProcess, state: string): Promise<Observed> {
  const exit = once(child, 'exit')
  child.stdin?.end()
  const [code] = await exit
  if (code !== 0) throw new Error(`the laptop cloud ended with ${code}`)
  return JSON.parse(await readFile(join(state, 'observed-actions.json'), 'utf8'))
}

async function threeFreePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 20_000)
    if ((await Promise.all([first, first + 1, first + 2].map(isFree))).every(Boolean)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  if (free && (server.address() as AddressInfo)) await new Promise((resolve) => server.close(resolve))
  return free
}
