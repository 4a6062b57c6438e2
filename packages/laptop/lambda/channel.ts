import type { Duplex } from 'node:stream'
import { frameOf, frameReader } from './frames.mjs'

/** The largest response of a function, https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. */
export const MAX_RESPONSE_BYTES = 6_291_556

export type Invocation = {
  requestId: string
  functionArn: string
  deadline: number
  traceId: string
  payload: string
}

export type FunctionReply = { payload: string; failed: boolean }

/** What a function's process says. `leaving`: it ends, and no invocation is running in it. */
export type Said = { says: 'ready' | 'failed to start' | 'answer' | 'error' | 'leaving'; requestId?: string }

type Listener = {
  /** The function's module is loaded. */
  ready(): void
  replied(reply: FunctionReply): void
  initFailed(payload: string): void
}

/** The way to one function's process and back. It takes the place of Lambda's Runtime API. */
export type Channel = {
  /** As soon as the process is ready. */
  deliver(invocation: Invocation): void
  /** After the end of the process: whether it took the invocation that was delivered last. */
  hasTaken(): boolean
  /** Resolves when everything that the process said has been heard. */
  ended: Promise<void>
}

export function openChannel(stream: Duplex, listener: Listener): Channel {
  let isReady = false
  let waiting: Invocation | undefined
  let running: string | undefined
  let isLeaving = false

  function send(invocation: Invocation): void {
    const { payload, ...head } = invocation
    running = invocation.requestId
    stream.write(frameOf(head, payload))
  }

  const heard: Record<Said['says'], (body: string, said: Said) => void> = {
    ready() {
      isReady = true
      listener.ready()
      if (waiting) send(waiting)
      waiting = undefined
    },
    'failed to start': (body) => listener.initFailed(body),
    answer: (body, said) => reply(said, { payload: body, failed: false }),
    error: (body, said) => reply(said, { payload: body, failed: true }),
    leaving() {
      isLeaving = true
    },
  }

  function reply({ requestId }: Said, { payload, failed }: FunctionReply): void {
    // Only what runs now can be answered, and only once.
    if (requestId !== running) return
    running = undefined
    const isTooLarge = Buffer.byteLength(payload) > MAX_RESPONSE_BYTES
    listener.replied(isTooLarge ? { payload: tooLarge(), failed: true } : { payload, failed })
  }

  stream.on(
    'data',
    frameReader(({ head, body }) => {
      const said = head as Said
      heard[said.says](body, said)
    }),
  )
  // The end of the process tells more than a broken pipe.
  stream.on('error', () => undefined)
  return {
    deliver(invocation) {
      if (isReady) send(invocation)
      else waiting = invocation
    },
    hasTaken: () => running !== undefined && !isLeaving,
    ended: new Promise((resolve) => stream.once('close', resolve)),
  }
}

function tooLarge(): string {
  return JSON.stringify({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  })
}
