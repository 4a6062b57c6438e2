import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { readOptions, usage } from '../options.ts'

const PROJECT = { project: '/project', folder: '.sample' }

test('without flags: three ports from 3000 on loopback, warm, state kept in the project', () => {
  expect(readOptions([], PROJECT)).toEqual({
    host: '127.0.0.1',
    ports: { api: 3000, outbox: 3001, door: 3002 },
    lifecycle: 'warm',
    maxEnvironments: availableParallelism() + 1,
    stateFolder: '/project/.sample/state',
    fresh: false,
    context: {},
    build: true,
    stopWithStdin: false,
    help: false,
  })
})

test('every flag is read', () => {
  const flags =
    '--port 4000 --host 0.0.0.0 --lifecycle=per-request --environments 7 --state /s --fresh --stop-with-stdin --help -c a=b=c -c d='
  expect(readOptions(flags.split(' '), PROJECT)).toEqual({
    host: '0.0.0.0',
    ports: { api: 4000, outbox: 4001, door: 4002 },
    lifecycle: 'per-request',
    maxEnvironments: 7,
    stateFolder: '/s',
    fresh: true,
    context: { a: 'b=c', d: '' },
    build: true,
    stopWithStdin: true,
    help: true,
  })
  expect(readOptions(['--no-build'], PROJECT).build).toBe(false)
})

test.each<[string[], string]>([
  [['--ports', '1'], "Unknown option '--ports'"],
  [['serve'], 'Unexpected argument'],
  [['--fresh=yes'], '--fresh'],
  [['--port', '0'], '--port must be a number from 1 to 65533'],
  [['--port', '65534'], '--port must be'],
  [['--port', 'http'], '--port must be'],
  [['--host', '::1'], '--host must be a name or an IPv4 address, not ::1'],
  [['--lifecycle', 'cold'], '--lifecycle must be warm or per-request, not cold'],
  [['--environments', '0'], '--environments must be a number from 1 to 1000'],
  [['--environments', 'many'], '--environments must be'],
  [['-c', 'name'], '-c wants name=value, not name'],
  [['-c', '=x'], '-c wants name=value'],
  [['-c', 'a=b', '--no-build'], '-c has no effect together with --no-build'],
])('%j is refused with a sentence and the usage', (flags, sentence) => {
  expect(() => readOptions(flags, PROJECT)).toThrow(sentence)
  expect(() => readOptions(flags, PROJECT)).toThrow(usage('.sample'))
})
