import { expect, test } from 'vitest'
import { createLog } from '../log.ts'

const TITLE = 'routes/sessions/sign-in'
const request = {
  method: 'POST',
  path: '/sessions',
  routeKey: 'POST /sessions',
  status: 201,
  milliseconds: 84.4,
  requestId: 'ATfSmjLgPHcESJw=',
  cold: true,
  functionName: 'SampleApi-SignIn',
  reason: undefined,
}

function log(colour = false) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const now = () => new Date(2026, 10, 21, 9, 5, 7)
  return { lines, log: createLog({ write, colour, now }) }
}

test('one aligned line for each request', () => {
  const { lines, log: it } = log()
  it.request(request, TITLE)
  it.request({ ...request, method: 'GET', path: '/me', status: 200, milliseconds: 3, cold: false }, TITLE)
  const refused = { status: 401, milliseconds: 1, cold: undefined, reason: 'the token has expired' }
  it.request({ ...request, method: 'DELETE', path: '/sessions/s_0123456789', ...refused }, '')
  expect(lines).toEqual([
    '09:05:07  POST     /sessions                 201      84 ms  cold  routes/sessions/sign-in',
    '09:05:07  GET      /me                       200       3 ms  warm  routes/sessions/sign-in',
    '09:05:07  DELETE   /sessions/s_0123456789    401       1 ms         the token has expired',
  ])
})

test('what a function writes stands apart from requests, line by line', () => {
  const { lines, log: it } = log()
  const line = { functionName: 'SampleApi-SignIn', requestId: undefined, stream: 'stdout' as const }
  it.functionLine({ ...line, text: 'one\ntwo\n' }, TITLE)
  expect(lines).toEqual(['09:05:07  routes/sessions/sign-in | one', '09:05:07  routes/sessions/sign-in | two'])
})

test('a JSON record of a function becomes its level and message, an error its stack', () => {
  const { lines, log: it } = log()
  const record = (message: unknown) =>
    it.functionLine(
      {
        functionName: 'f',
        requestId: 'r',
        stream: 'stdout',
        text: JSON.stringify({ timestamp: 't', level: 'ERROR', requestId: 'r', message }),
      },
      'f',
    )
  record('two\nlines')
  record({ code: 'store_unavailable' })
  record({ errorType: 'TypeError', errorMessage: 'boom', stackTrace: ['TypeError: boom', '    at handler'] })
  record(null)
  it.functionLine({ functionName: 'f', requestId: 'r', stream: 'stdout', text: '{"half' }, 'f')
  it.functionLine({ functionName: 'f', requestId: 'r', stream: 'stdout', text: '{"other":1}' }, 'f')
  expect(lines.map((line) => line.slice('09:05:07  '.length))).toEqual([
    'f | ERROR two',
    'f | lines',
    'f | ERROR {"code":"store_unavailable"}',
    'f | ERROR {"errorType":"TypeError","errorMessage":"boom"}',
    'f | TypeError: boom',
    'f |     at handler',
    'f | ERROR {}',
    'f | {"half',
    'f | {"other":1}',
  ])
})

test('no control character of a caller or a function reaches the terminal', () => {
  const { lines, log: it } = log()
  it.request({ ...request, method: 'G\u001b[2J', path: '/a\u001b[31m\nb\u009b', reason: 'x\u0007' }, TITLE)
  it.functionLine({ functionName: 'f', requestId: undefined, stream: 'stderr', text: '\u001b]0;title\u0007' }, TITLE)
  it.note('a\u001b[2Jb')
  expect(lines.join('')).not.toMatch(/\p{Cc}/u)
})

test('colour only where it is wanted', () => {
  for (const [colour, expected] of [
    [false, '201'],
    [true, '\u001b[32m201\u001b[39m'],
  ] as const) {
    const { lines, log: it } = log(colour)
    it.request(request, TITLE)
    expect(lines[0]).toContain(`  ${expected}  `)
  }
})
