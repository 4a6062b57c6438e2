import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { type FunctionReply, MAX_RESPONSE_BYTES, openChannel } from '../../lambda/channel.ts'
import { frameOf, frameReader, type Message } from '../../lambda/frames.mjs'

const invocation = (requestId: string, payload = '{"a":1}') => ({
  requestId,
  functionArn: 'arn:f',
  deadline: 12,
  traceId: 'Root=1',
  payload,
})

function opened() {
  const [ours, theirs] = duplexPair()
  const replies: FunctionReply[] = []
  const failures: string[] = []
  const got: Message[] = []
  const channel = openChannel(ours, {
    ready: () => undefined,
    replied: (reply) => replies.push(reply),
    initFailed: (failure) => failures.push(failure),
  })
  theirs.on(
    'data',
    frameReader((message) => got.push(message)),
  )
  const say = (head: object, body?: string) => theirs.write(frameOf(head, body))
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { channel, replies, failures, got, say, settle, theirs }
}

test('an invocation waits until the process is ready, and is handed over whole', async () => {
  const { channel, got, say, settle } = opened()
  channel.deliver(invocation('r1'))
  await settle()
  expect(got).toEqual([])
  expect(channel.hasTaken()).toBe(false)
  say({ says: 'ready' })
  await expect.poll(() => got.length).toBe(1)
  const { payload, ...head } = invocation('r1')
  expect(got).toEqual([{ head, body: payload }])
  expect(channel.hasTaken()).toBe(true)
})

test('an answer and an error are handed on', async () => {
  const { channel, replies, say } = opened()
  say({ says: 'ready' })
  channel.deliver(invocation('r1'))
  await expect.poll(() => channel.hasTaken()).toBe(true)
  say({ says: 'answer', requestId: 'r1' }, '"done"')
  await expect.poll(() => replies.length).toBe(1)
  channel.deliver(invocation('r2'))
  say({ says: 'error', requestId: 'r2' }, '{"errorType":"E"}')
  await expect.poll(() => replies.length).toBe(2)
  expect(replies).toEqual([
    { payload: '"done"', failed: false },
    { payload: '{"errorType":"E"}', failed: true },
  ])
  expect(channel.hasTaken()).toBe(false)
})

test.each(['r0', undefined])('an answer to %s is dropped while another invocation runs', async (requestId) => {
  const { channel, replies, say } = opened()
  say({ says: 'ready' })
  channel.deliver(invocation('r1'))
  await expect.poll(() => channel.hasTaken()).toBe(true)
  say({ says: 'answer', requestId }, '"late"')
  say({ says: 'answer', requestId: 'r1' }, '"right"')
  say({ says: 'answer', requestId: 'r1' }, '"again"')
  await expect.poll(() => replies.length).toBe(1)
  expect(replies).toEqual([{ payload: '"right"', failed: false }])
})

test.each([
  [MAX_RESPONSE_BYTES, false],
  [MAX_RESPONSE_BYTES + 1, true],
])('an answer of %i bytes fails the invocation: %s', async (size, failed) => {
  const { channel, replies, say } = opened()
  say({ says: 'ready' })
  channel.deliver(invocation('r1'))
  await expect.poll(() => channel.hasTaken()).toBe(true)
  say({ says: 'answer', requestId: 'r1' }, 'x'.repeat(size))
  await expect.poll(() => replies.length).toBe(1)
  expect(replies[0]?.failed).toBe(failed)
  if (failed) expect(replies[0]?.payload).toContain('Function.ResponseSizeTooLarge')
})

test('a failure to start is handed on', async () => {
  const { failures, say } = opened()
  say({ says: 'failed to start' }, '{"errorType":"E"}')
  await expect.poll(() => failures).toEqual(['{"errorType":"E"}'])
})

test('an invocation that reached a process which was leaving is not taken', async () => {
  const { channel, say } = opened()
  say({ says: 'ready' })
  channel.deliver(invocation('r1'))
  await expect.poll(() => channel.hasTaken()).toBe(true)
  say({ says: 'leaving' })
  await expect.poll(() => channel.hasTaken()).toBe(false)
})

test('the channel has ended when the stream is closed', async () => {
  const [ours] = duplexPair()
  const { ended } = openChannel(ours, { ready() {}, replied() {}, initFailed() {} })
  ours.destroy()
  await once(ours, 'close')
  await ended
})

const MESSAGES: Message[] = [
  { head: { says: 'ready' }, body: '' },
  { head: { ü: '€' }, body: 'ö'.repeat(70_000) },
  { head: {}, body: '{"a":1}' },
]

test.each([1, 7, 8, 9, 64, 65_536, 1_000_000])('messages are whole when they come in pieces of %i bytes', (size) => {
  const got: Message[] = []
  const read = frameReader((message) => got.push(message))
  const bytes = Buffer.concat(MESSAGES.map(({ head, body }) => frameOf(head as object, body)))
  for (let start = 0; start < bytes.length; start += size) read(bytes.subarray(start, start + size))
  expect(got).toEqual(MESSAGES)
})
