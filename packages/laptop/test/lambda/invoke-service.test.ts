import { SignatureV4 } from '@smithy/signature-v4'
import { expect, onTestFinished, test } from 'vitest'
import { DEV } from '../../door/credentials.ts'
import { Sha256 } from '../../door/sha256.ts'
import { invokeService } from '../../lambda/invoke-service.ts'
import { type Invoke, LambdaRefusal, type RefusalCode } from '../../lambda/model.ts'
import { allow, functionWith, startTestDoor } from '../door/test-door.ts'
import { ARN, NAME, startProbe } from './a-function.ts'

type Call = { as?: string; name?: string; query?: Record<string, string>; headers?: Record<string, string> }

/** A door before this Lambda; `call` is what `aws lambda invoke` sends. */
async function startLambda(invoke: Invoke) {
  const resources = functionWith('caller', allow('lambda:InvokeFunction', ARN))
  const { door, as } = await startTestDoor(resources, { lambda: invokeService(invoke) })
  onTestFinished(door.close)
  return async (body: string, { as: caller = DEV, name = NAME, query = {}, headers = {} }: Call = {}) => {
    const { credentials, region } = as(caller)
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`
    const { host, hostname, port } = new URL(door.url)
    const request = {
      ...{ method: 'POST', protocol: 'http:', hostname, port: Number(port), path, query },
      headers: { host, 'content-type': 'application/octet-stream', ...headers },
      body,
    }
    const signed = await new SignatureV4({ credentials, region, service: 'lambda', sha256: Sha256 }).sign(request)
    const search = new URLSearchParams(query).toString()
    const url = `${door.url}${path}${search && `?${search}`}`
    const answer = await fetch(url, { method: 'POST', headers: signed.headers, body })
    return { status: answer.status, headers: answer.headers, answer: JSON.parse(await answer.text()) }
  }
}

const unused: Invoke = () => Promise.reject(new Error('was invoked'))
const echoing: Invoke = async (name, payload) => ({
  ...{ payload: JSON.stringify({ name, payload }), cold: true, milliseconds: 1, requestId: 'b1f6' },
})

test('an operator runs a function by hand and gets what it answers', async () => {
  const { invoke } = await startProbe('export const handler = async (event) => ({ got: event })')
  const call = await startLambda(invoke)
  const { status, headers, answer } = await call('{"dry":true}')
  expect({ status, answer }).toEqual({ status: 200, answer: { got: { dry: true } } })
  expect(headers.get('x-amz-function-error')).toBe(null)
  expect(headers.get('x-amz-executed-version')).toBe('$LATEST')
})

test('a function that failed answers 200 with its error, marked as one', async () => {
  const { invoke } = await startProbe(`export const handler = async () => { throw new TypeError('no') }`)
  const call = await startLambda(invoke)
  const { status, headers, answer } = await call('{}')
  expect(status).toBe(200)
  expect(headers.get('x-amz-function-error')).toBe('Unhandled')
  expect(answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' })
})

test('a name that no function has is not found', async () => {
  const { invoke } = await startProbe('export const handler = async () => null')
  const call = await startLambda(invoke)
  const { status, headers, answer } = await call('{}', { name: 'nobody' })
  expect({ status, type: headers.get('x-amzn-errortype') }).toEqual({ status: 404, type: 'ResourceNotFoundException' })
  expect(answer.message).toBe('Function not found: nobody')
})

test('a function is named by name or ARN, and takes no payload for an empty object', async () => {
  const call = await startLambda(echoing)
  expect((await call('')).answer).toEqual({ name: NAME, payload: '{}' })
  expect((await call('[1]', { name: ARN })).answer).toEqual({ name: NAME, payload: '[1]' })
  const plain = { 'x-amz-invocation-type': 'RequestResponse', 'x-amz-log-type': 'None' }
  expect((await call('"x"', { headers: plain })).answer).toEqual({ name: NAME, payload: '"x"' })
})

test.each<[RefusalCode, number]>([
  ['TooManyRequestsException', 429],
  ['RequestTooLargeException', 413],
  ['ServiceException', 500],
])('%s of Lambda is %i at the door', async (code, status) => {
  const call = await startLambda(() => Promise.reject(new LambdaRefusal(code, 'because')))
  const refused = await call('{}')
  expect(refused.status).toBe(status)
  expect(refused.headers.get('x-amzn-errortype')).toBe(code)
  expect(refused.answer.message).toBe('because')
})

test('a function calls those that its role grants, no others', async () => {
  const call = await startLambda(echoing)
  expect((await call('{}', { as: 'caller' })).status).toBe(200)
  const { status, headers, answer } = await call('{}', { as: 'caller', name: 'other' })
  expect({ status, type: headers.get('x-amzn-errortype') }).toEqual({ status: 403, type: 'AccessDeniedException' })
  expect(answer.message).toContain('is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:')
})

test.each<[what: string, call: Call & { body?: string }, status: number, type: string]>([
  ['an Event invocation', { headers: { 'x-amz-invocation-type': 'Event' } }, 403, 'UnknownOperationException'],
  ['a log tail', { headers: { 'x-amz-log-type': 'Tail' } }, 403, 'UnknownOperationException'],
  ['a client context', { headers: { 'x-amz-client-context': 'e30=' } }, 403, 'UnknownOperationException'],
  ['a qualifier', { query: { Qualifier: '1' } }, 403, 'UnknownOperationException'],
  ['a qualified name', { name: `${NAME}:live` }, 400, 'ValidationException'],
  ['another account', { name: ARN.replace('000000000000', '111111111111') }, 400, 'ValidationException'],
  ['a payload that is no JSON', { body: '{' }, 400, 'InvalidRequestContentException'],
])('%s is refused', async (_what, { body = '{}', ...more }, status, type) => {
  const call = await startLambda(unused)
  const refused = await call(body, more)
  expect({ status: refused.status, type: refused.headers.get('x-amzn-errortype') }).toEqual({ status, type })
})

test('nobody invokes unsigned', async () => {
  const { door } = await startTestDoor([], { lambda: invokeService(unused) })
  onTestFinished(door.close)
  const answer = await fetch(`${door.url}/2015-03-31/functions/f/invocations`, { method: 'POST' })
  expect(answer.status).toBe(403)
  expect(answer.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException')
})
