import { randomUUID } from 'node:crypto'
import type { FunctionReply } from './channel.ts'
import { startCold } from './cold-start.ts'
import type { Environment, Task } from './environment.ts'
import type { IdleEnvironments } from './idle-environments.ts'
import type { LambdaFunction } from './lambda-function.ts'
import { type InvokeResult, LambdaRefusal, type Lifecycle } from './model.ts'
import { turnstile } from './turnstile.ts'

/** Lambda's limit for the event of a synchronous invocation. */
const MAX_PAYLOAD_BYTES = 6_291_456

export type PoolLimits = {
  lifecycle: Lifecycle
  maxEnvironments: number
  queueMilliseconds: number
  initMilliseconds: number
}

export type Pool = { invoke: (payload: string) => Promise<InvokeResult>; close: () => Promise<void> }

/** The environments of one function. */
export function createPool(
  lambda: LambdaFunction,
  start: (requestId: string) => Environment,
  idle: IdleEnvironments,
  limits: PoolLimits,
): Pool {
  const reserved = lambda.reservedConcurrency
  // Beyond a reserved concurrency, AWS throttles at once. Beyond the laptop's own limit, an invocation waits.
  const turns = turnstile(reserved ?? limits.maxEnvironments, reserved === undefined ? limits.queueMilliseconds : 0)
  const coldStart = { start, timeoutSeconds: lambda.timeoutSeconds, initMilliseconds: limits.initMilliseconds }

  /** Calls `leave` when no process works for this invocation any more. */
  async function serve(task: Task, leave: () => void): Promise<{ reply: FunctionReply; cold: boolean }> {
    for (let environment = idle.take(); environment; environment = idle.take()) {
      const reply = await environment.invoke(task)
      if (reply === 'undelivered') continue
      idle.put(environment)
      leave()
      return { reply, cold: false }
    }
    const { environment, usable, reply } = await startCold(coldStart, task)
    if (usable && limits.lifecycle === 'warm') {
      idle.put(environment)
      leave()
    } else {
      void environment.stop().then(leave)
    }
    return { reply, cold: true }
  }

  return {
    async invoke(payload) {
      const started = performance.now()
      if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
        const message = `Request must be smaller than ${MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`
        throw new LambdaRefusal('RequestTooLargeException', message)
      }
      const leave = await turns.enter()
      if (!leave) throw new LambdaRefusal('TooManyRequestsException', 'Rate Exceeded.')
      const task = { requestId: randomUUID(), payload, milliseconds: lambda.timeoutSeconds * 1000 }
      const { reply, cold } = await serve(task, leave).catch((error) => {
        leave()
        throw error
      })
      return {
        payload: reply.payload,
        ...(reply.failed && { functionError: 'Unhandled' as const }),
        cold,
        milliseconds: performance.now() - started,
        requestId: task.requestId,
      }
    },
    async close() {
      await turns.close()
      await idle.stopAll()
    },
  }
}
