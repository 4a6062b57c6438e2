import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { AwsAnswer, StreamedAwsAnswer } from './call.ts'

/** One request and the way to its answer. */
export type Exchange = {
  message: IncomingMessage
  body: AsyncIterable<Buffer>
  /** Aborted when the client hangs up. */
  signal: AbortSignal
  /** Rejects when a streamed answer broke; the client notices by its length. */
  answer(answer: AwsAnswer | StreamedAwsAnswer): Promise<void>
}

/**
 * `asksFirst`: the client sends its body when told to continue. When it is refused instead, Node ends the connection
 * after the answer, since nobody knows whether a body follows.
 */
export function openExchange(message: IncomingMessage, response: ServerResponse, asksFirst: boolean): Exchange {
  const hungUp = new AbortController()
  response.on('close', () => hungUp.abort())
  async function* body(): AsyncGenerator<Buffer> {
    if (asksFirst) response.writeContinue()
    // Whoever stops reading refuses the request, and the client must still be there to read the refusal.
    yield* message.iterator({ destroyOnReturn: false })
  }
  return {
    message,
    body: body(),
    signal: hungUp.signal,
    async answer(answer) {
      if (hungUp.signal.aborted) return discard(answer)
      response.writeHead(answer.status, { ...lengthOf(answer), ...answer.headers })
      // A client that reads answers only after sending everything would otherwise see nothing but a reset.
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
