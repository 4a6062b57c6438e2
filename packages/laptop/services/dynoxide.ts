import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartFailure } from '../start-failure.ts'

const LEFTOVER_MS = 10_000
const HOST = '127.0.0.1'

export type Dynoxide = { url: string; stop(): Promise<void> }

type DynoxideOptions = { binary: string; databasePath: string; onFailure: (error: Error) => void; patienceMs?: number }

/** Starts the binary on a free loopback port and waits until it answers. */
export async function startDynoxide(options: DynoxideOptions): Promise<Dynoxide> {
  const { binary, databasePath, onFailure, patienceMs = 10_000 } = options
  const pidPath = `${databasePath}.pid`
  await endLeftover(pidPath, databasePath)
  const port = await freePort()
  const args = ['--host', HOST, '--port', String(port), '--db-path', databasePath]
  // Detached: Ctrl-C in a terminal must not reach it. The laptop cloud stops its store last.
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  if (child.pid !== undefined) writeFileSync(pidPath, String(child.pid))
  const killWithUs = () => child.kill('SIGTERM')
  process.once('exit', killWithUs)
  const life = watch(child)
  void life.ended.then(() => {
    process.off('exit', killWithUs)
    if (readPid(pidPath) === child.pid) rmSync(pidPath, { force: true })
  })
  const reachable = life.listening.then(() => untilReachable(port, Date.now() + patienceMs))
  const started = await Promise.race([life.ended, reachable, sleep(patienceMs, 'silent', { ref: false })])
  if (started !== 'reachable') {
    child.kill('SIGKILL')
    await life.ended
    throw new StartFailure(
      `The DynamoDB of the laptop cloud (dynoxide) does not start with ${databasePath}: ${life.lastWords()}`,
    )
  }
  let stopping = false
  void life.ended.then(() => {
    if (!stopping)
      onFailure(new Error(`The DynamoDB of the laptop cloud (dynoxide) ended by itself: ${life.lastWords()}`))
  })
  return {
    url: `http://${HOST}:${port}`,
    async stop() {
      stopping = true
      child.kill('SIGTERM')
      await life.ended
    },
  }
}

function watch(child: ChildProcess) {
  let words = ''
  const ended = new Promise<'ended'>((resolve) => {
    child.once('error', (error) => {
      words = error.message
      resolve('ended')
    })
    child.once('close', () => resolve('ended'))
  })
  const listening = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-1000)
      if (words.includes('listening on')) resolve()
    })
  })
  return { ended, listening, lastWords: () => words.trim() }
}

/** dynoxide says that it listens before its port is open. */
async function untilReachable(port: number, deadline: number): Promise<'reachable' | 'silent'> {
  while (Date.now() < deadline) {
    const socket = connect(port, HOST)
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return 'reachable'
    await sleep(2)
  }
  return 'silent'
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** After a kill -9 of the laptop cloud, its dynoxide still runs and uses the same file. */
async function endLeftover(pidPath: string, databasePath: string): Promise<void> {
  const pid = readPid(pidPath)
  if (pid === undefined) return
  const deadline = Date.now() + LEFTOVER_MS
  while (runsDatabase(pid, databasePath)) {
    if (Date.now() > deadline) throw new StartFailure(`Process ${pid} still uses the tables: end it and start again.`)
    terminate(pid)
    await sleep(20)
  }
  rmSync(pidPath, { force: true })
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    // It has ended by itself in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function readPid(pidPath: string): number | undefined {
  return existsSync(pidPath) ? Number(readFileSync(pidPath, 'utf8')) : undefined
}

/** Another process may have this id by now: it is our dynoxide only if its arguments name our file. */
function runsDatabase(pid: number, databasePath: string): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1 || process.platform === 'win32') return false
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { stdio: 'pipe' }).includes(databasePath)
  } catch {
    // ps exits with 1 when there is no such process.
    return false
  }
}
