import { expect, onTestFinished, test } from 'vitest'
import { type FunctionReply, MAX_RESPONSE_BYTES, startRuntimeApi } from '../../lambda/runtime-api.ts'

async function connected() {
  const api = await startRuntimeApi()
  onTestFinished(() => api.close())
  const replies: FunctionReply[] = []
  const connection = api.connect('e1', {
    ready: () => undefined,
    replied: (reply) => replies.push(reply),
    initFailed: () => undefined,
  })
  const base = `http://${connection.address}/2018-06-01/runtime`
  const post = (path: string, body = '{}', headers: Record<string, string> = {}) =>
    fetch(`${base}/${path}`, { method: 'POST', body, headers })
  const deliver = (requestId: string) =>
    connection.deliver({ requestId, functionArn: 'arn:f', deadline: 12, traceId: 'Root=1', payload: '{"a":1}' })
  const next = () => fetch(`${base}/invocation/next`)
  return { connection, replies, deliver, next, post }
}

async function refused(response: Response) {
  const body: unknown = await response.json()
  return { status: response.status, ...(body as { errorType: string }), errorMessage: undefined }
}

test('next waits for an invocation and names it', async () => {
  const { deliver, next } = await connected()
  const waiting = next()
  deliver('r1')
  const response = await waiting
  expect(await response.json()).toEqual({ a: 1 })
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'lambda-runtime-aws-request-id': 'r1',
    'lambda-runtime-invocation-id': 'r1',
    'lambda-runtime-deadline-ms': '12',
    'lambda-runtime-invoked-function-arn': 'arn:f',
    'lambda-runtime-trace-id': 'Root=1',
  })
})

test('a response and an error are accepted and handed on', async () => {
  const { deliver, next, post, replies } = await connected()
  deliver('r1')
  await next()
  expect((await post('invocation/r1/response', '"done"')).status).toBe(202)
  deliver('r2')
  await next()
  expect((await post('invocation/r2/error', '{"errorType":"E"}')).status).toBe(202)
  expect(replies).toEqual([
    { payload: '"done"', failed: false },
    { payload: '{"errorType":"E"}', failed: true },
  ])
})

test('a reply with another request id is refused, and the invocation still open', async () => {
  const { deliver, next, post, replies } = await connected()
  deliver('r1')
  await next()
  expect(await refused(await post('invocation/r0/response'))).toEqual({ status: 400, errorType: 'InvalidRequestID' })
  expect(replies).toEqual([])
  expect((await post('invocation/r1/response')).status).toBe(202)
})

test('a stale reply is dropped with 410', async () => {
  const { deliver, next, post, replies } = await connected()
  deliver('r2')
  await next()
  const stale = await post('invocation/r2/response', '{}', { 'lambda-runtime-invocation-id': 'r1' })
  expect(stale.status).toBe(410)
  expect(replies).toEqual([])
})

test('calls out of order are refused', async () => {
  const { deliver, next, post } = await connected()
  const outOfOrder = { status: 403, errorType: 'InvalidStateTransition' }
  expect(await refused(await post('invocation/r1/response'))).toEqual(outOfOrder)
  deliver('r1')
  await next()
  expect(await refused(await next())).toEqual(outOfOrder)
})

test('a response over the limit is refused and fails the invocation', async () => {
  const { deliver, next, post, replies } = await connected()
  deliver('r1')
  await next()
  const large = await post('invocation/r1/response', 'x'.repeat(MAX_RESPONSE_BYTES + 1))
  expect(await refused(large)).toEqual({ status: 413, errorType: 'RequestEntityTooLarge' })
  expect(replies).toEqual([{ failed: true, payload: expect.stringContaining('Function.ResponseSizeTooLarge') }])
})

test('an environment that is not connected is unknown', async () => {
  const { connection, next } = await connected()
  connection.disconnect()
  expect((await next()).status).toBe(404)
})

test('an invocation can be taken back until it is fetched', async () => {
  const { connection, deliver, next } = await connected()
  deliver('r1')
  expect(connection.withdraw()).toBe(true)
  deliver('r2')
  expect((await next()).headers.get('lambda-runtime-aws-request-id')).toBe('r2')
  expect(connection.withdraw()).toBe(false)
})
