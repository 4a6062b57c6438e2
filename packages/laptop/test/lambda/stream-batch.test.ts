import { expect, test } from 'vitest'
import { type InvokeResult, LambdaRefusal } from '../../lambda/model.ts'
import { deliverBatch, type GivenUp, type StreamBatchOptions } from '../../lambda/stream-batch.ts'

const records = (...numbers: number[]) =>
  numbers.map((number) => ({
    sequenceNumber: String(number),
    createdAt: Math.floor(Date.now() / 1000),
    event: { n: number },
  }))

type Answer = { failures?: number[] } | 'throw' | 'throttle' | 'too large'

/** Delivers to a function that answers as given here. Gives everything that happened. */
function delivery(answer: (numbers: number[], attempt: number) => Answer, options: Partial<StreamBatchOptions> = {}) {
  const asked: number[][] = []
  const checkpoints: string[] = []
  const givenUp: GivenUp[] = []
  const complete: StreamBatchOptions = {
    invoke: async (payload): Promise<InvokeResult> => {
      const numbers = JSON.parse(payload).Records.map((record: { n: number }) => record.n)
      asked.push(numbers)
      const reply = answer(numbers, asked.length)
      if (reply === 'throttle') throw new LambdaRefusal('TooManyRequestsException', 'Rate Exceeded.')
      if (reply === 'too large') throw new LambdaRefusal('RequestTooLargeException', 'too large')
      const batchItemFailures =
        reply === 'throw' ? [] : (reply.failures ?? []).map((number) => ({ itemIdentifier: String(number) }))
      const result = { payload: JSON.stringify({ batchItemFailures }), cold: false, milliseconds: 1, requestId: 'r' }
      return reply === 'throw' ? { ...result, functionError: 'Unhandled' } : result
    },
    reportsItems: true,
    bisects: false,
    maximumRetryAttempts: -1,
    maximumAgeSeconds: -1,
    checkpoint: async (sequenceNumber) => void checkpoints.push(sequenceNumber),
    giveUp: async (what) => void givenUp.push(what),
    log: () => undefined,
    signal: new AbortController().signal,
    ...options,
  }
  const run = (batch: ReturnType<typeof records>) => deliverBatch(complete, batch)
  return { run, asked, checkpoints, givenUp }
}

test('a handled batch is checkpointed at its last record', async () => {
  const { run, asked, checkpoints } = delivery(() => ({}))
  await run(records(1, 2, 3))
  expect({ asked, checkpoints }).toEqual({ asked: [[1, 2, 3]], checkpoints: ['3'] })
})

test('after a partial failure everything from the lowest failed record comes again', async () => {
  const { run, asked, checkpoints } = delivery((_, attempt) => (attempt === 1 ? { failures: [4, 2] } : {}))
  await run(records(1, 2, 3, 4))
  expect(asked).toEqual([
    [1, 2, 3, 4],
    [2, 3, 4],
  ])
  expect(checkpoints).toEqual(['1', '4'])
})

test('a failed batch comes again as a whole', async () => {
  const { run, asked, checkpoints } = delivery((_, attempt) => (attempt === 1 ? 'throw' : {}))
  await run(records(1, 2))
  expect({ asked, checkpoints }).toEqual({
    asked: [
      [1, 2],
      [1, 2],
    ],
    checkpoints: ['2'],
  })
})

test('bisecting isolates the record that fails, keeps the order and uses up none of its retries', async () => {
  const { run, asked, checkpoints, givenUp } = delivery((numbers) => (numbers.includes(3) ? 'throw' : {}), {
    bisects: true,
    maximumRetryAttempts: 1,
  })
  await run(records(1, 2, 3, 4))
  expect(asked).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]])
  expect(checkpoints).toEqual(['2', '3', '4'])
  expect(givenUp).toMatchObject([
    { condition: 'RetryAttemptsExhausted', invokeCount: 2, batch: [{ sequenceNumber: '3' }] },
  ])
  expect(givenUp[0]?.result?.functionError).toBe('Unhandled')
})

test('a batch whose retries are used up is given up as a whole', async () => {
  const { run, asked, checkpoints, givenUp } = delivery(() => 'throw', { maximumRetryAttempts: 1 })
  await run(records(1, 2))
  expect(asked.length).toBe(2)
  expect(givenUp.map(({ batch }) => batch.length)).toEqual([2])
  expect(checkpoints).toEqual(['2'])
})

test('progress within a batch gives the rest its full number of retries', async () => {
  const answers: Answer[] = [{ failures: [2] }, 'throw', {}]
  const { run, asked, givenUp } = delivery((_, attempt) => answers[attempt - 1] ?? {}, { maximumRetryAttempts: 1 })
  await run(records(1, 2))
  expect({ asked, givenUp }).toEqual({ asked: [[1, 2], [2], [2]], givenUp: [] })
})

test('being throttled uses up no retries', async () => {
  const { run, asked, givenUp } = delivery((_, attempt) => (attempt < 3 ? 'throttle' : {}), { maximumRetryAttempts: 0 })
  await run(records(1))
  expect({ asked: asked.length, givenUp }).toEqual({ asked: 3, givenUp: [] })
})

test('a batch over the size of an event is halved without asking the mapping', async () => {
  const { run, asked } = delivery((numbers) => (numbers.length > 1 ? 'too large' : {}))
  await run(records(1, 2))
  expect(asked).toEqual([[1, 2], [1], [2]])
})

test('records over their age are given up before the function is asked', async () => {
  const { run, asked, checkpoints, givenUp } = delivery(() => ({}), { maximumAgeSeconds: 60 })
  const [old, young] = records(1, 2)
  await run([{ ...old!, createdAt: old!.createdAt - 61 }, young!])
  expect(asked).toEqual([[2]])
  expect(givenUp).toMatchObject([{ condition: 'RecordAgeExceeded', invokeCount: 0, batch: [{ sequenceNumber: '1' }] }])
  expect(checkpoints).toEqual(['1', '2'])
})

test('the signal ends the trying without a checkpoint', async () => {
  const stop = new AbortController()
  const stopAndFail = (): Answer => {
    stop.abort()
    return 'throw'
  }
  const { run, asked, checkpoints } = delivery(stopAndFail, { signal: stop.signal })
  await run(records(1))
  expect({ asked: asked.length, checkpoints }).toEqual({ asked: 1, checkpoints: [] })
})
