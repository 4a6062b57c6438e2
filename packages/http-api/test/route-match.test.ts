import { expect, test } from 'vitest'
import { matchRoute, routePattern } from '../route-match.ts'

function match(keys: string[], method: string, path: string) {
  const found = matchRoute(
    keys.map((key) => ({ key, pattern: routePattern(key) })),
    method,
    path,
  )
  return found && [found.route.key, found.pathParameters]
}

// The first rows are the example of the Developer Guide, "Create routes for HTTP APIs".
const GUIDE = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default']

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
  ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
  ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
  ['GET', '/', '$default', {}],
])('%s %s takes %s', (method, path, key, parameters) => {
  expect(match(GUIDE, method, path)).toEqual([key, parameters])
  expect(match([...GUIDE].reverse(), method, path)).toEqual([key, parameters])
})

const OURS = ['GET /sessions', 'DELETE /sessions/current', 'DELETE /sessions/{id}', 'ANY /sessions', 'GET /a/{b}/c/{d}']

test.each([
  ['GET', '/sessions', 'GET /sessions', {}],
  ['POST', '/sessions', 'ANY /sessions', {}],
  ['DELETE', '/sessions/current', 'DELETE /sessions/current', {}],
  ['DELETE', '/sessions/s1', 'DELETE /sessions/{id}', { id: 's1' }],
  ['GET', '/a/1/c/2', 'GET /a/{b}/c/{d}', { b: '1', d: '2' }],
])('%s %s takes %s, whatever the order of the routes', (method, path, key, parameters) => {
  expect(match(OURS, method, path)).toEqual([key, parameters])
  expect(match([...OURS].reverse(), method, path)).toEqual([key, parameters])
})

test.each([
  ['GET', '/sessions/s1', 'another method'],
  ['HEAD', '/health', 'HEAD needs a route of its own'],
  ['DELETE', '/sessions/', 'an empty variable'],
  ['GET', '/sessions/', 'a trailing slash'],
  ['GET', '/Sessions', 'another case'],
  ['DELETE', '/sessions/a/b', 'a segment more'],
  ['GET', '/', 'nothing there'],
])('%s %s matches nothing: %s', (method, path) => {
  expect(match(['GET /sessions', 'DELETE /sessions/{id}', 'GET /health'], method, path)).toBeUndefined()
})

test.each(['GET', 'get /a', 'FETCH /a', 'GET /{proxy+}/more', 'GET /a{b}', 'GET a'])('the key %s is refused', (key) => {
  expect(() => routePattern(key)).toThrow(key)
})
