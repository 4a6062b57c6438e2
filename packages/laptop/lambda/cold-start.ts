import type { FunctionReply } from './channel.ts'
import type { Environment, Task } from './environment.ts'
import { exitError, timeoutError } from './function-error.ts'

export type ColdStart = {
  start: (requestId: string) => Environment
  timeoutSeconds: number
  initMilliseconds: number
}

/** Starts an environment with its first invocation. `usable`: whether the environment may serve others. */
export async function startCold(options: ColdStart, task: Task) {
  let { environment, state } = await initialise(options, task, options.initMilliseconds)
  let left = task.milliseconds
  if (state === 'overdue') {
    // As in Lambda: an init phase of 10 s is ended, and repeated within the function's own timeout.
    await environment.stop()
    const again = performance.now()
    ;({ environment, state } = await initialise(options, task, left))
    left -= performance.now() - again
  }
  if (state === 'overdue') return broken(environment, timeoutError(task.requestId, options.timeoutSeconds))
  if (state !== 'ready') return broken(environment, state.failure)
  const outcome = await environment.invoke({ ...task, milliseconds: left })
  if (outcome === 'undelivered') return broken(environment, exitError(task.requestId, undefined))
  return { environment, usable: true, reply: outcome }
}

async function initialise({ start }: ColdStart, { requestId }: Task, milliseconds: number) {
  const environment = start(requestId)
  return { environment, state: await environment.initialised(milliseconds) }
}

function broken(environment: Environment, payload: string) {
  const reply: FunctionReply = { payload, failed: true }
  return { environment, usable: false, reply }
}
