import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { AwsAnswer, StreamedAwsAnswer } from './call.ts'
import { readWhole } from './read-request.ts'

/** One request, and how it is answered. */
export type Exchange = {
  message: IncomingMessage
  /** For uploads to S3, which may be larger than the memory. */
  body: AsyncIterable<Buffer>
  whole(): Promise<Buffer>
  /** Aborted when the client hangs up. */
  signal: AbortSignal
  /** Rejects when a streamed answer breaks off. The client notices by its length. */
  answer(answer: AwsAnswer | StreamedAwsAnswer): Promise<void>
}

/**
 * `asksFirst`: the client waits for "100 Continue" before it sends the body. If it is refused instead, Node closes the
 * connection after the answer, because nobody knows whether the body will follow.
 */
export function openExchange(message: IncomingMessage, response: ServerResponse, asksFirst: boolean): Exchange {
  let hasHungUp = false
  let hangUp: AbortController | undefined
  response.once('close', () => {
    hasHungUp = !response.writableFinished
    if (hasHungUp) hangUp?.abort()
  })
  const inviteBody = () => {
    if (asksFirst) response.writeContinue()
  }
  async function* body(): AsyncGenerator<Buffer> {
    inviteBody()
    // A refused request is not read to its end, but its client must still be able to read the refusal.
    yield* message.iterator({ destroyOnReturn: false })
  }
  return {
    message,
    get body() {
      return body()
    },
    whole() {
      inviteBody()
      return readWhole(message)
    },
    get signal() {
      hangUp ??= new AbortController()
      if (hasHungUp) hangUp.abort()
      return hangUp.signal
    },
    async answer(answer) {
      if (hasHungUp) return discard(answer)
      response.writeHead(answer.status, { ...lengthOf(answer), ...answer.headers })
      // Some clients read the answer only after they have sent everything: without this they would see a reset.
      message.resume()
      if ('stream' in answer) await pipeline(answer.stream, response).catch(throwUnlessHungUp)
      else response.end(message.method === 'HEAD' ? undefined : answer.body)
    },
  }
}

function discard(answer: AwsAnswer | StreamedAwsAnswer): void {
  if ('stream' in answer) answer.stream.destroy()
}

function throwUnlessHungUp(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error
}

function lengthOf(answer: AwsAnswer | StreamedAwsAnswer): Record<string, number> {
  if ('stream' in answer || answer.status === 204 || answer.status === 304) return {}
  return { 'content-length': Buffer.byteLength(answer.body) }
}
