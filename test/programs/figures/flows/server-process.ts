import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { familyOf } from '../processes.ts'

const START_MS = 120_000
const ANSWER_MS = 30_000
const STOP_MS = 15_000
const KEPT_OUTPUT = 4000

export type ServerProcess = { pid: number; stop: () => Promise<void> }
type Launch = { command?: string; args: string[]; cwd?: string; env?: Record<string, string>; answers: string }

/** Starts a server, by Node if nothing else is said, and waits until this URL gets an answer that is not a 5xx. */
export async function startServer({ command = process.execPath, answers, ...launch }: Launch): Promise<ServerProcess> {
  const { args, cwd } = launch
  const env = { ...process.env, NODE_NO_WARNINGS: '1', ...launch.env }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = lastOutput(child)
  const stop = () => stopServer(child)
  try {
    await answered(child, answers)
  } catch (cause) {
    await stop()
    throw new Error(`${[command, ...args].join(' ')} does not answer at ${answers}:\n${output()}`, { cause })
  }
  if (child.pid === undefined) throw new Error(`${command} has no process`)
  return { pid: child.pid, stop }
}

/** Reads all of it: a server that nobody reads would wait in the middle of a log line. */
function lastOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-KEPT_OUTPUT)
    })
  }
  return () => output
}

async function answered(child: ChildProcess, url: string): Promise<void> {
  const failed = Promise.withResolvers<never>()
  child.once('error', failed.reject).once('exit', (code) => failed.reject(new Error(`it ended with ${code}`)))
  const deadline = performance.now() + START_MS
  const polled = async () => {
    for (;;) {
      const status = await statusOf(url)
      if (status < 500) return
      if (performance.now() > deadline) throw new Error(`the last answer was ${status}`)
      await sleep(10)
    }
  }
  await Promise.race([polled(), failed.promise])
}

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.status ?? 599
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  const family = familyOf(child.pid)
  child.kill('SIGTERM')
  const ended = await Promise.race([exit.then(() => true), sleep(STOP_MS, false, { ref: false })])
  if (ended) return
  for (const pid of family.reverse()) kill(pid)
  await exit
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}
