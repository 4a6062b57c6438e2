import { once } from 'node:events'
import { connect } from 'node:net'
import type { Received } from '@lethe/http-api/test/send-request.ts'
import { expect, test } from 'vitest'
import { LambdaRefusal, type RefusalCode } from '../../lambda/model.ts'
import { API_ID, type ApiParts, ROLE, startApi } from './an-api.ts'

const OWN = {
  404: '{"message":"Not Found"}',
  413: '{"message":"Request Entity Too Large"}',
  429: '{"message":"Too Many Requests"}',
  431: '{"message":"Request Header Fields Too Large"}',
  500: '{"message":"Internal Server Error"}',
  503: '{"message":"Service Unavailable"}',
}

function expectOwn(received: Received, status: keyof typeof OWN) {
  const { headers, body } = received
  expect({ status: received.status, body }).toEqual({ status, body: OWN[status] })
  expect(headers['content-type']).toBe('application/json')
  expect(headers['content-length']).toBe(String(OWN[status].length))
  expect(headers['apigw-requestid']).toMatch(/^[\w+/]{15}=$/)
}

test('a request without a route is answered by the gateway', async () => {
  const { send, events, log } = await startApi()
  expectOwn(await send('GET /nowhere'), 404)
  expectOwn(await send('POST /health'), 404)
  expect(events).toEqual([])
  expect(log[0]).toMatchObject({ method: 'GET', path: '/nowhere', status: 404, routeKey: undefined, cold: undefined })
})

test('a function gets the event of payload format 2.0, with the account, the API, the stage and the route', async () => {
  const stages: ApiParts['stages'] = [{}, { StageName: 'dev', StageVariables: { colour: 'blue' } }]
  const { send, events, port } = await startApi({ stages, routes: { 'GET /files/{id}': {} } })
  const { headers } = await send('GET /dev/files/f1?a=1', { host: 'api.example.org' })
  expect(events).toMatchObject([
    {
      ...{ version: '2.0', routeKey: 'GET /files/{id}', rawPath: '/dev/files/f1', rawQueryString: 'a=1' },
      ...{ pathParameters: { id: 'f1' }, stageVariables: { colour: 'blue' }, isBase64Encoded: false },
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-port': String(port), 'x-forwarded-proto': 'http' },
      requestContext: {
        ...{ accountId: '000000000000', apiId: API_ID, stage: 'dev', routeKey: 'GET /files/{id}' },
        ...{ requestId: headers['apigw-requestid'], http: { sourceIp: '127.0.0.1' } },
      },
    },
  ])
})

test('without a $default stage a path must begin with the name of a stage', async () => {
  const { send } = await startApi({ stages: [{ StageName: 'dev' }] })
  expectOwn(await send('GET /health'), 404)
  expect((await send('GET /dev/health')).status).toBe(200)
})

test('a request target that is no path is a bad request', async () => {
  const { send } = await startApi()
  expect((await send('GET /%zz')).status).toBe(400)
  expect((await send('OPTIONS *')).status).toBe(400)
})

test.each<[string, unknown]>([
  ['a result that is not an HTTP answer', { statusCode: 'many' }],
  ['an impossible status', { statusCode: 42 }],
  ['a body that is no string', { statusCode: 200, body: { a: 1 } }],
  ['a header that is no text', { statusCode: 200, headers: { a: ['b'] } }],
  ['a header that HTTP cannot carry', { statusCode: 200, headers: { a: 'b\r\nset-cookie: c=d' } }],
  ['a header name that HTTP cannot carry', { statusCode: 200, headers: { 'a b': 'c' } }],
  ['cookies that are no list', { statusCode: 200, cookies: 'a=b' }],
  ['a cookie that HTTP cannot carry', { statusCode: 200, cookies: ['a=b\nc'] }],
])('%s is a 500', async (_, answer) => {
  const { send, log } = await startApi({ handler: () => answer })
  expectOwn(await send('GET /health'), 500)
  expect(log[0]?.reason).toContain('malformed')
})

test('a function error is a 500 that tells the client nothing', async () => {
  const failure = { payload: '{"errorType":"TypeError","errorMessage":"secret"}', functionError: 'Unhandled' as const }
  const { send, log } = await startApi({
    invoke: async () => ({ ...failure, cold: true, milliseconds: 1, requestId: 'r' }),
  })
  expectOwn(await send('GET /health'), 500)
  expect(log[0]).toMatchObject({
    status: 500,
    cold: true,
    functionName: 'SampleApi-GET-health',
    reason: 'TypeError: secret',
  })
})

test('a result that is not JSON is a 500', async () => {
  const { send } = await startApi({
    invoke: async () => ({ payload: '{', cold: true, milliseconds: 1, requestId: 'r' }),
  })
  expectOwn(await send('GET /health'), 500)
})

test.each<[RefusalCode, 413 | 500 | 503]>([
  ['TooManyRequestsException', 503],
  ['ServiceException', 503],
  ['RequestTooLargeException', 413],
  ['ResourceNotFoundException', 500],
])('a function that Lambda does not run for %s is a %i', async (code, status) => {
  const { send } = await startApi({ invoke: () => Promise.reject(new LambdaRefusal(code, 'no')) })
  expectOwn(await send('GET /health'), status)
})

test('an integration that answers too late is a 503', async () => {
  const handler = () => new Promise((resolve) => setTimeout(resolve, 500, { statusCode: 200 }))
  const { send } = await startApi({ handler, integration: { TimeoutInMillis: 50 } })
  const asked = performance.now()
  expectOwn(await send('GET /health'), 503)
  expect(performance.now() - asked).toBeLessThan(400)
})

test('an integration whose role may not invoke the function is a 500', async () => {
  const asked: string[][] = []
  const mayInvoke = (...what: string[]) => asked.push(what) === 0
  const { send, events, log } = await startApi({ mayInvoke })
  expectOwn(await send('GET /health'), 500)
  expect(events).toEqual([])
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:SampleApi-GET-health'
  expect(asked).toEqual([[ROLE, arn]])
  expect(log[0]?.reason).toBe(`${ROLE} may not lambda:InvokeFunction ${arn}`)
})

test('the request line and all header values together have a limit of 10 240 bytes', async () => {
  const { send, events } = await startApi()
  const others = 'GET /health HTTP/1.1'.length + 'api'.length + 'close'.length
  const headers = (bytes: number) => ({ host: 'api', connection: 'close', 'x-large': 'x'.repeat(bytes - others) })
  expect((await send('GET /health', headers(10_240))).status).toBe(200)
  expectOwn(await send('GET /health', headers(10_241)), 431)
  expect(events.length).toBe(1)
  const far = await send('GET /health', headers(100_000))
  expect({ status: far.status, body: far.body }).toEqual({ status: 431, body: OWN[431] })
})

test('a body has a limit of 10 MB, declared or not', async () => {
  const { send, events } = await startApi({ routes: { 'POST /files': {} } })
  const limit = 10 * 1024 * 1024
  expect((await send('POST /files', {}, Buffer.alloc(limit))).status).toBe(200)
  expectOwn(await send('POST /files', {}, Buffer.alloc(limit + 1)), 413)
  expectOwn(await send('POST /files', { 'transfer-encoding': 'chunked' }, Buffer.alloc(limit + 1)), 413)
  expect(events.length).toBe(1)
})

test('a large body does not hide the answer to a request that is refused before it is read', async () => {
  const { send } = await startApi()
  expectOwn(await send('POST /nowhere', {}, Buffer.alloc(8_000_000)), 404)
})

test('bytes that are no HTTP request are a bad request', async () => {
  const { port } = await startApi()
  const socket = connect(port, '127.0.0.1')
  socket.end('NONSENSE\r\n\r\n')
  const [answer] = await once(socket.setEncoding('utf8'), 'data')
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  expect(answer).toMatch(/\r\n\r\n\{"message":"Bad Request"\}$/)
})

test('a client that goes away while it sends harms nobody', async () => {
  const { port, send, events, log } = await startApi({ routes: { 'POST /files': {} } })
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /files HTTP/1.1\r\nHost: api\r\nContent-Length: 10\r\n\r\nhalf')
  await once(socket, 'connect')
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  await expect.poll(() => log.map(({ reason }) => reason)).toEqual(['Error: aborted'])
  expect(events).toEqual([])
  expect((await send('POST /files')).status).toBe(200)
})

test('every request is logged once, without its query', async () => {
  const { send, log } = await startApi({ routes: { 'GET /files/{id}': {} } })
  const { headers } = await send('GET /files/f1?token=secret')
  await send('GET /files/f2')
  expect(log).toEqual([
    {
      ...{ method: 'GET', path: '/files/f1', routeKey: 'GET /files/{id}', status: 200, cold: true },
      ...{ functionName: 'SampleApi-GET-files-id-', requestId: headers['apigw-requestid'], reason: undefined },
      milliseconds: expect.any(Number),
    },
    expect.objectContaining({ path: '/files/f2', cold: false }),
  ])
})

test('close lets running requests finish, also on connections that are kept alive', async () => {
  let release = (_: unknown) => {}
  const handler = () => new Promise((resolve) => (release = resolve))
  const { send, close, events, port } = await startApi({ handler })
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  socket.write('GET /health HTTP/1.1\r\nHost: api\r\n\r\n')
  await expect.poll(() => events.length).toBe(1)
  const closed = close().then(() => performance.now())
  release({ statusCode: 201 })
  const [answer] = await once(socket, 'data')
  const answered = performance.now()
  expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
  expect((await closed) - answered).toBeLessThan(2000)
  await expect(send('GET /health')).rejects.toThrow('ECONNREFUSED')
})

test('a port in use is an error', async () => {
  const { port } = await startApi()
  await expect(startApi({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
