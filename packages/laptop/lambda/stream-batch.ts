import { failedItems } from './batch-response.ts'
import { type InvokeResult, LambdaRefusal } from './model.ts'
import { pause } from './pause.ts'
import type { StreamEventRecord } from './stream-event.ts'

const FIRST_PAUSE_MILLISECONDS = 250
const LONGEST_PAUSE_MILLISECONDS = 10_000

export type Batch = readonly StreamEventRecord[]
export type GivenUp = {
  batch: Batch
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded'
  invokeCount: number
  /** Undefined if the function was not invoked. */
  result: InvokeResult | undefined
}

export type StreamBatchOptions = {
  invoke: (payload: string) => Promise<InvokeResult>
  reportsItems: boolean
  bisects: boolean
  /** -1 for no limit. */
  maximumRetryAttempts: number
  /** -1 for no limit. */
  maximumAgeSeconds: number
  checkpoint: (sequenceNumber: string) => Promise<void>
  giveUp: (what: GivenUp) => Promise<void>
  log: (text: string) => void
  signal: AbortSignal
}

/** Invokes a function with a batch until the batch is handled or given up, or the signal comes. */
export async function deliverBatch(options: StreamBatchOptions, batch: Batch): Promise<void> {
  let rest = batch
  let invokeCount = 0
  while (rest.length > 0 && !options.signal.aborted) {
    const expired = countExpired(rest, options.maximumAgeSeconds)
    const attempt = expired > 0 ? undefined : await invoke(options, rest)
    if (attempt && !attempt.throttled) invokeCount += 1
    const settled = attempt
      ? await settle(options, { rest, attempt, invokeCount })
      : await expire(options, rest.slice(0, expired), invokeCount)
    if (settled > 0) invokeCount = 0
    rest = rest.slice(settled)
  }
}

type Attempt = { handled: number; throttled?: true; tooLarge?: true; result?: InvokeResult }
type Attempted = { rest: Batch; attempt: Attempt; invokeCount: number }

async function invoke({ invoke, reportsItems, log }: StreamBatchOptions, batch: Batch): Promise<Attempt> {
  let result: InvokeResult
  try {
    result = await invoke(JSON.stringify({ Records: batch.map(({ event }) => event) }))
  } catch (error) {
    if (!(error instanceof LambdaRefusal)) throw error
    log(`${batch.length} stream records were not taken: ${error}`)
    return error.code === 'RequestTooLargeException' ? { handled: 0, tooLarge: true } : { handled: 0, throttled: true }
  }
  const sequenceNumbers = batch.map(({ sequenceNumber }) => sequenceNumber)
  const failed = failedItems(result, reportsItems, sequenceNumbers)
  if (failed === 'none') return { handled: batch.length, result }
  // To keep the order of the stream, records after the first failure are delivered again even if they succeeded.
  const handled = failed === 'all' ? 0 : sequenceNumbers.findIndex((number) => failed.has(number))
  log(`${batch.length - handled} of ${batch.length} stream records failed`)
  return { handled, result }
}

/** Gives the number of records that are finished after an attempt. */
async function settle(options: StreamBatchOptions, { rest, attempt, invokeCount }: Attempted): Promise<number> {
  if (attempt.handled > 0) {
    await options.checkpoint(lastOf(rest.slice(0, attempt.handled)))
    return attempt.handled
  }
  if (rest.length > 1 && (attempt.tooLarge || (options.bisects && !attempt.throttled))) {
    // Halving a batch does not count as a retry.
    const half = rest.slice(0, Math.ceil(rest.length / 2))
    await deliverBatch(options, half)
    return half.length
  }
  const { maximumRetryAttempts: retries } = options
  if (retries >= 0 && invokeCount > retries) {
    const condition = 'RetryAttemptsExhausted'
    return abandon(options, { batch: rest, condition, invokeCount, result: attempt.result })
  }
  const longer = 2 ** Math.max(invokeCount - 1, 0)
  await pause(Math.min(FIRST_PAUSE_MILLISECONDS * longer, LONGEST_PAUSE_MILLISECONDS), options.signal)
  return 0
}

function expire(options: StreamBatchOptions, batch: Batch, invokeCount: number): Promise<number> {
  return abandon(options, { batch, condition: 'RecordAgeExceeded', invokeCount, result: undefined })
}

async function abandon(options: StreamBatchOptions, what: GivenUp): Promise<number> {
  await options.giveUp(what)
  await options.checkpoint(lastOf(what.batch))
  return what.batch.length
}

function countExpired(batch: Batch, maximumAgeSeconds: number): number {
  if (maximumAgeSeconds < 0) return 0
  const oldest = Date.now() / 1000 - maximumAgeSeconds
  const fresh = batch.findIndex(({ createdAt }) => createdAt >= oldest)
  return fresh < 0 ? batch.length : fresh
}

function lastOf(batch: Batch): string {
  return batch.at(-1)?.sequenceNumber ?? ''
}
