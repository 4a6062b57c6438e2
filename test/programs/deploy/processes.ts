import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export type Command = { file: string; args: string[]; log: string; env?: NodeJS.ProcessEnv; cwd?: string }

const GRACE_MS = 5000
const running = new Set<ChildProcess>()

/** Starts a command as a process group of its own, so that what it starts is stopped with it; output goes to the log. */
export async function start({ file, args, log, env, cwd }: Command): Promise<ChildProcess> {
  const output = openSync(log, 'a')
  try {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', output, output] })
    await once(child, 'spawn')
    running.add(child)
    return child
  } finally {
    closeSync(output)
  }
}

/** Runs a command to its end; a failure shows the end of its log. */
export async function run(command: Command): Promise<void> {
  const child = await start(command)
  const [code, signal] = await once(child, 'exit')
  running.delete(child)
  if (code === 0) return
  const said = await tail(command.log, 80)
  throw new Error(`${command.file} ${command.args.join(' ')}\n${said}\nended with ${signal ?? code}; ${command.log}`)
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop))
}

async function stop(child: ChildProcess): Promise<void> {
  running.delete(child)
  signalGroup(child, 'SIGTERM')
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline; await sleep(50)) {
    if (!signalGroup(child, 0)) return
  }
  signalGroup(child, 'SIGKILL')
}

/** Whether anything of the group is left. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

export async function tail(log: string, lines: number): Promise<string> {
  const text = await readFile(log, 'utf8')
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
