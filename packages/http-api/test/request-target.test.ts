import { expect, test } from 'vitest'
import { findStage, parseTarget, queryParameters } from '../request-target.ts'

test.each([
  ['/', { path: '/', rawQueryString: '' }],
  ['/a%20b?c=%20', { path: '/a b', rawQueryString: 'c=%20' }],
  ['/cut%3Fhere/rest?q', { path: '/cut', rawQueryString: 'q' }],
  ['*', undefined],
  ['/%zz', undefined],
  ['', undefined],
])('the target %s is read as %j', (url, target) => {
  expect(parseTarget(url)).toEqual(target)
})

test.each([
  ['/dev/me', 'dev', '/me'],
  ['/dev', 'dev', '/'],
  ['/device', '$default', '/device'],
  ['/', '$default', '/'],
])('the path %s is of the stage %s, and its routes see %s', (path, name, routePath) => {
  expect(findStage([{ name: '$default' }, { name: 'dev' }], path)).toEqual({ stage: { name }, routePath })
})

test('without a $default stage, a path of no other stage is of none', () => {
  expect(findStage([{ name: 'dev' }], '/me')).toBeUndefined()
})

test('the values of a repeated parameter are joined', () => {
  expect(queryParameters('a=1&b=x+y&a=2&c')).toEqual({ a: '1,2', b: 'x y', c: '' })
})
