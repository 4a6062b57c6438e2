import { expect, test } from 'vitest'
import { API_ID, type ApiTest, startApi } from './an-api.ts'

const routes = ['POST /files/{id}', 'GET /files/{proxy+}', 'GET /health']

test('a full request has the event of AWS', async () => {
  const { send, events, port } = await startApi({ routes })
  const headers = [
    ...['Host', 'api.example.org', 'User-Agent', 'probe/1', 'Content-Type', 'application/json', 'X-Twice', 'first'],
    ...['x-twice', 'second', 'Cookie', 'session=abc; theme=dark', 'X-Forwarded-For', '10.0.0.9', 'Content-Length', '9'],
  ]
  const { headers: answered } = await send('POST /files/f1?a=1&a=2&b=x%2By+z&c', headers, '{"n":"m"}')
  expect(events).toEqual([
    {
      version: '2.0',
      routeKey: 'POST /files/{id}',
      rawPath: '/files/f1',
      rawQueryString: 'a=1&a=2&b=x%2By+z&c',
      cookies: ['session=abc', 'theme=dark'],
      headers: {
        'content-length': '9',
        'content-type': 'application/json',
        host: 'api.example.org',
        'user-agent': 'probe/1',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        'x-forwarded-for': '10.0.0.9, 127.0.0.1',
        'x-forwarded-port': String(port),
        'x-forwarded-proto': 'http',
        'x-twice': 'first,second',
      },
      queryStringParameters: { a: '1,2', b: 'x+y z', c: '' },
      requestContext: {
        accountId: '000000000000',
        apiId: API_ID,
        domainName: 'api.example.org',
        domainPrefix: 'api',
        http: {
          method: 'POST',
          path: '/files/f1',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'probe/1',
        },
        requestId: answered['apigw-requestid'],
        routeKey: 'POST /files/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      body: '{"n":"m"}',
      pathParameters: { id: 'f1' },
      isBase64Encoded: false,
    },
  ])
  expect(answered['apigw-requestid']).toMatch(/^[\w+/]{15}=$/)
  expect(Math.abs(Date.now() - events[0]!.requestContext.timeEpoch)).toBeLessThan(5000)
})

test('what is empty is absent, not null', async () => {
  const { send, events } = await startApi({ routes })
  await send('GET /health')
  expect(Object.keys(events[0]!).sort()).toEqual(
    ['headers', 'isBase64Encoded', 'rawPath', 'rawQueryString', 'requestContext', 'routeKey', 'version'].sort(),
  )
  expect(events[0]).toMatchObject({ rawQueryString: '', isBase64Encoded: false })
  expect('authorizer' in events[0]!.requestContext).toBe(false)
})

test('the path arrives decoded, and a decoded question mark cuts it', async () => {
  const { send, events } = await startApi({ routes })
  await send('GET /files/space%20and%2Fslash')
  await send('GET /files/cut%3Fhere/rest')
  expect(events.map(({ rawPath }) => rawPath)).toEqual(['/files/space and/slash', '/files/cut'])
  expect(events[0]!.requestContext.http.path).toBe('/files/space and/slash')
  expect(events[0]!.pathParameters).toEqual({ proxy: 'space and/slash' })
})

test('a trace id that the client sends is kept', async () => {
  const { send, events } = await startApi({ routes })
  await send('GET /health', { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678' })
  expect(events[0]!.headers['x-amzn-trace-id']).toMatch(
    /^Self=1-[0-9a-f-]{33};Root=1-67891233-abcdef012345678912345678$/,
  )
})

test('headers between two hops stay behind, and forwarding headers cannot be forged', async () => {
  const { send, events } = await startApi({ routes })
  await send('GET /health', {
    connection: 'close',
    te: 'trailers',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-port': '1',
  })
  const { headers } = events[0]!
  expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['connection']))
  expect(headers.te).toBeUndefined()
  expect(headers['x-forwarded-proto']).toBe('http')
  expect(headers['x-forwarded-port']).not.toBe('1')
})

const text = Buffer.from('grüße')
const base64 = text.toString('base64')

test.each([
  ['text/plain', false],
  ['text/html; charset=UTF-8', false],
  ['application/json', false],
  ['application/json; charset="utf-8"', false],
  ['Application/JSON', false],
  ['application/xml', false],
  ['application/javascript', false],
  ['application/x-www-form-urlencoded', true],
  ['application/octet-stream', true],
  ['application/problem+json', true],
  ['text/plain; charset=latin1', true],
  [undefined, true],
])('a body of type %s arrives as base64: %s', async (type, isBase64Encoded) => {
  const { send, events } = await startApi({ routes })
  await send('POST /files/f1', type ? { 'content-type': type } : {}, text)
  expect(events[0]).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? base64 : 'grüße' })
})

test('a named stage stays in the path, and its variables arrive', async () => {
  const stages: ApiTest['stages'] = [
    { name: '$default', variables: {} },
    { name: 'dev', variables: { colour: 'blue' } },
  ]
  const { send, events } = await startApi({ routes, stages })
  await send('GET /dev/health')
  await send('GET /health')
  expect(events.map(({ rawPath, requestContext: { stage, http } }) => [rawPath, stage, http.path])).toEqual([
    ['/dev/health', 'dev', '/dev/health'],
    ['/health', '$default', '/health'],
  ])
  expect(events[0]!.stageVariables).toEqual({ colour: 'blue' })
})

test('behind a proxy, the event shows the connection that the proxy tells of', async () => {
  const connection = () => ({ sourceIp: '203.0.113.9', port: '443', protocol: 'https' as const })
  const { send, events } = await startApi({ routes, connection })
  await send('GET /health', { 'x-forwarded-for': '10.0.0.9' })
  expect(events[0]!.requestContext.http.sourceIp).toBe('203.0.113.9')
  expect(events[0]!.headers).toMatchObject({
    'x-forwarded-for': '10.0.0.9, 203.0.113.9',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  })
})
