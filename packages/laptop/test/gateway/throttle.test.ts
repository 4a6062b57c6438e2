import { expect, test } from 'vitest'
import { createThrottle } from '../../gateway/throttle.ts'
import { startApi } from './an-api.ts'

const settings = (burst: number, rate: number) => ({ ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate })

function clocked() {
  let milliseconds = 0
  const throttle = createThrottle(() => milliseconds)
  const stage = {
    ...{ name: '$default', variables: {}, defaultSettings: settings(2, 10) },
    routeSettings: { 'GET /a': settings(1, 1) },
  }
  return {
    admits: (key: string, times = 1) => Array.from({ length: times }, () => throttle.admits(stage, key)),
    pass: (time: number) => {
      milliseconds += time
    },
  }
}

test('a burst passes at once, then what the rate refills', () => {
  const { admits, pass } = clocked()
  expect(admits('GET /b', 3)).toEqual([true, true, false])
  pass(99)
  expect(admits('GET /b')).toEqual([false])
  pass(1)
  expect(admits('GET /b', 2)).toEqual([true, false])
  pass(60_000)
  expect(admits('GET /b', 3)).toEqual([true, true, false])
})

test('every route has a bucket of its own, and its own settings where it has some', () => {
  const { admits, pass } = clocked()
  expect(admits('GET /b', 2)).toEqual([true, true])
  expect(admits('GET /c')).toEqual([true])
  expect(admits('GET /a', 2)).toEqual([true, false])
  pass(500)
  expect(admits('GET /a')).toEqual([false])
  pass(500)
  expect(admits('GET /a')).toEqual([true])
})

test('what is throttled gets 429 before any function or authorizer', async () => {
  const { send, events } = await startApi({
    routes: { 'GET /a': {}, 'GET /b': {} },
    stages: [{ DefaultRouteSettings: settings(1, 0.001), RouteSettings: { 'GET /b': settings(2, 0.001) } }],
  })
  const statuses = async (path: string) => [
    (await send(`GET ${path}`)).status,
    (await send(`GET ${path}`)).status,
    (await send(`GET ${path}`)).status,
  ]
  expect(await statuses('/a')).toEqual([200, 429, 429])
  expect(await statuses('/b')).toEqual([200, 200, 429])
  expect((await send('GET /a')).body).toBe('{"message":"Too Many Requests"}')
  expect(events.length).toBe(3)
})
