import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { type Duplex, PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '../door/credentials.ts'
import { type FunctionReply, type Invocation, openChannel } from './channel.ts'
import { environmentVariables } from './environment-variables.ts'
import { exitError, timeoutError } from './function-error.ts'
import type { LambdaFunction } from './lambda-function.ts'
import type { FunctionLogLine } from './model.ts'
import { within } from './within.ts'

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url))

/** How long to wait, after the end of a process, for what it said before. */
const LAST_WORDS_MS = 500

export type EnvironmentOptions = {
  lambda: LambdaFunction
  codeFolder: string
  doorUrl: string
  credentials: Credentials
  log: (line: FunctionLogLine) => void
}

export type Task = { requestId: string; payload: string; milliseconds: number }

/** `undelivered`: the process ended before it took the task. Another environment may do it. */
type TaskOutcome = FunctionReply | 'undelivered'
type Initialisation = 'ready' | 'overdue' | { failure: string }

/** A Node process that loads the function once and then serves one invocation at a time. */
export type Environment = {
  initialised: (milliseconds: number) => Promise<Initialisation>
  invoke: (task: Task) => Promise<TaskOutcome>
  /** Kills the process, as Lambda does; resolves when it has ended. */
  stop: () => Promise<void>
}

/** `requestId` is the invocation that needs the new environment. */
export function startEnvironment(options: EnvironmentOptions, requestId: string): Environment {
  const { lambda } = options
  const initialised = Promise.withResolvers<Initialisation>()
  let current: string | undefined
  let answer: ((outcome: TaskOutcome) => void) | undefined

  const child = startProcess(options)
  const channel = openChannel(pipeTo(child), {
    ready: () => initialised.resolve('ready'),
    replied: (reply) => answer?.(reply),
    initFailed: (failure) => initialised.resolve({ failure }),
  })
  readLines(child, (stream, text) => options.log({ functionName: lambda.name, requestId: current, stream, text }))
  const ended = endOf(child).then(async (cause) => {
    // A grandchild may hold the pipe open.
    await within(channel.ended, LAST_WORDS_MS, undefined)
    const failure = exitError(current ?? requestId, cause)
    initialised.resolve({ failure })
    answer?.(channel.hasTaken() ? { payload: failure, failed: true } : 'undelivered')
  })

  return {
    initialised: (milliseconds) => within(initialised.promise, milliseconds, 'overdue'),
    async invoke(task) {
      current = task.requestId
      const outcome = new Promise<TaskOutcome | 'late'>((resolve) => {
        answer = resolve
      })
      if (!isAlive(child)) return 'undelivered'
      channel.deliver(invocationOf(lambda, task))
      const result = await within(outcome, task.milliseconds, 'late')
      if (result !== 'late') return result
      child.kill('SIGKILL')
      return { payload: timeoutError(task.requestId, lambda.timeoutSeconds), failed: true }
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function startProcess(options: EnvironmentOptions): ChildProcess {
  const { lambda, codeFolder, doorUrl, credentials } = options
  return spawn(
    process.execPath,
    [`--max-old-space-size=${lambda.memoryMegabytes}`, '--max-semi-space-size=4', BOOTSTRAP],
    {
      cwd: codeFolder,
      env: environmentVariables(lambda, { codeFolder, doorUrl, credentials }),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // In a process group of its own: Ctrl-C in a terminal must not kill functions that still run.
      detached: true,
      windowsHide: true,
    },
  )
}

/** A process that could not be started may have no pipe. */
function pipeTo(child: ChildProcess): Duplex {
  return (child.stdio?.[3] as Duplex | null) ?? new PassThrough()
}

function readLines(child: ChildProcess, take: (stream: 'stdout' | 'stderr', text: string) => void): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = child[stream]
    if (source) createInterface({ input: source }).on('line', (text) => take(stream, text))
  }
}

/** How the process ended, in Lambda's words; undefined for exit code 0. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      if (signal) resolve(`signal: ${signal === 'SIGKILL' ? 'killed' : signal}`)
      else resolve(code === 0 ? undefined : `exit status ${code}`)
    })
  })
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null && !child.killed
}

function invocationOf(lambda: LambdaFunction, { requestId, payload, milliseconds }: Task): Invocation {
  const now = Date.now()
  const root = `1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  return {
    payload,
    requestId,
    functionArn: lambda.arn,
    deadline: Math.floor(now + milliseconds),
    traceId: `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0`,
  }
}
