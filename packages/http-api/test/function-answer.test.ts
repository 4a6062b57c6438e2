import { expect, test } from 'vitest'
import { startApi } from './an-api.ts'

const asked = async (answer: unknown) => {
  const { send } = await startApi({ handler: () => answer })
  return send('GET /health')
}

test('status, headers, cookies and body are sent as the function says', async () => {
  const received = await asked({
    statusCode: 201,
    headers: { 'Content-Type': 'application/problem+json', 'Set-Cookie': 'c=3', 'X-Number': 7 },
    cookies: ['a=1; HttpOnly', 'b=2'],
    body: '{"ü":1}',
    multiValueHeaders: { ignored: ['x'] },
  })
  expect({ status: received.status, body: received.body }).toEqual({ status: 201, body: '{"ü":1}' })
  expect(received.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'content-length': '8',
    'x-number': '7',
    'set-cookie': ['a=1; HttpOnly', 'b=2', 'c=3'],
  })
  expect(received.headers.ignored).toBeUndefined()
})

test('a base64 body is decoded', async () => {
  const bytes = Buffer.from([0, 255, 128, 10])
  const received = await asked({ statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true })
  expect(received.bytes).toEqual(bytes)
})

test.each([
  [{ message: 'hello' }, '{"message":"hello"}'],
  ['hello', 'hello'],
  [[1, 2], '[1,2]'],
  [3, '3'],
  [null, 'null'],
])('a result without statusCode, %j, is the body of a 200', async (answer, body) => {
  const received = await asked(answer)
  expect({ status: received.status, body: received.body }).toEqual({ status: 200, body })
  expect(received.headers['content-type']).toBe('application/json')
})

test('a body without a type is plain text', async () => {
  expect((await asked({ statusCode: 200, body: 'hi' })).headers['content-type']).toBe('text/plain;charset=UTF-8')
})

test.each([{ statusCode: 204 }, { statusCode: 204, body: 'dropped' }, { statusCode: 304 }])(
  '%j has no body, length or type of its own',
  async (answer) => {
    const { status, headers, body } = await asked({ ...answer, headers: { etag: '"1"' } })
    expect({ status, body }).toEqual({ status: answer.statusCode, body: '' })
    expect(headers.etag).toBe('"1"')
    expect(headers['content-length']).toBeUndefined()
  },
)

test('null members count as absent, and a status may be written as text', async () => {
  const answer = { statusCode: '202', headers: null, cookies: null, body: null, isBase64Encoded: null }
  expect(await asked(answer)).toMatchObject({ status: 202, body: '' })
})

test('what the gateway does itself a function cannot overrule', async () => {
  const headers = {
    'content-length': '1',
    'transfer-encoding': 'chunked',
    'apigw-requestid': 'forged',
    connection: 'x',
  }
  const received = await asked({ statusCode: 200, body: 'four', headers })
  expect(received.body).toBe('four')
  expect(received.headers['content-length']).toBe('4')
  expect(received.headers['transfer-encoding']).toBeUndefined()
  expect(received.headers['apigw-requestid']).toMatch(/=$/)
})

test('HEAD gets the headers without the body', async () => {
  const { send } = await startApi({
    routes: ['HEAD /health'],
    handler: () => ({ statusCode: 200, body: 'four' }),
  })
  const { status, headers, body } = await send('HEAD /health')
  expect({ status, body, length: headers['content-length'] }).toEqual({ status: 200, body: '', length: '4' })
})
