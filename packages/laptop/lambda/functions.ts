import type { Credentials } from '../door/credentials.ts'
import type { Resource } from '../model.ts'
import { startEnvironment } from './environment.ts'
import { idleEnvironments } from './idle-environments.ts'
import { lambdaFunction } from './lambda-function.ts'
import { type FunctionLogLine, type Invoke, LambdaRefusal, type Lifecycle } from './model.ts'
import { createPool, type Pool } from './pool.ts'

/** For each turn of a function: two functions are usually enough to keep warm, and a process takes 20 to 70 MB. */
const IDLE_PER_TURN = 2

export type FunctionsOptions = {
  resources: Resource[]
  /** The absolute path of the folder with the function's code. */
  codeFolder: (lambda: Resource) => string
  doorUrl: string
  credentials: (functionName: string) => Credentials
  log: (line: FunctionLogLine) => void
  /** Called after every invocation: Lambda then writes to the log group, with the function's role. */
  onLogs: (functionName: string) => void
  lifecycle?: Lifecycle
  maxEnvironments?: number
  queueMilliseconds?: number
  idleMilliseconds?: number
  maxIdle?: number
  initMilliseconds?: number
}

export type Functions = {
  invoke: Invoke
  /** Running invocations finish, then every process ends. */
  close: () => Promise<void>
}

export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { doorUrl, log } = options
  const lambdas = options.resources
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map((resource) => ({ lambda: lambdaFunction(resource), codeFolder: options.codeFolder(resource) }))
  const pools = new Map<string, Pool>()
  const maxIdle = options.maxIdle ?? IDLE_PER_TURN * limitsOf(options).maxEnvironments
  const idleOfOne = idleEnvironments({ idleMilliseconds: options.idleMilliseconds ?? 300_000, maxIdle })
  for (const { lambda, codeFolder } of lambdas) {
    const credentials = options.credentials(lambda.name)
    const start = (requestId: string) => startEnvironment({ lambda, codeFolder, doorUrl, credentials, log }, requestId)
    pools.set(lambda.name, createPool(lambda, start, idleOfOne(), limitsOf(options)))
  }

  return {
    async invoke(functionName, payload) {
      const pool = pools.get(functionName)
      if (!pool) throw new LambdaRefusal('ResourceNotFoundException', `Function not found: ${functionName}`)
      const result = await pool.invoke(payload)
      options.onLogs(functionName)
      return result
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

function limitsOf(options: FunctionsOptions) {
  return {
    lifecycle: options.lifecycle ?? 'warm',
    maxEnvironments: options.maxEnvironments ?? 10,
    queueMilliseconds: options.queueMilliseconds ?? 20_000,
    initMilliseconds: options.initMilliseconds ?? 10_000,
  }
}
