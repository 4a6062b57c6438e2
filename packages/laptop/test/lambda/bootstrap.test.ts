import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type FunctionReply, type Invocation, openChannel } from '../../lambda/channel.ts'
import { folderWith, startProbe } from './a-function.ts'

const BOOTSTRAP = fileURLToPath(new URL('../../lambda/bootstrap.mjs', import.meta.url))

const INVOCATION = { requestId: 'r1', functionArn: 'arn', deadline: Date.now() + 60_000, traceId: 't', payload: '{}' }

/** Runs the bootstrap with this module, and the invocation, if any. Gives what it said and how the process ended. */
async function runToItsEnd(module: string, invocation?: Invocation) {
  const folder = await folderWith({ 'index.mjs': module })
  const child = spawnBootstrap(folder)
  const seen: { reply?: FunctionReply; initFailure?: string } = {}
  child.stdout?.resume()
  const channel = openChannel(child.stdio[3] as Duplex, {
    ready: () => undefined,
    replied: (reply) => Object.assign(seen, { reply }),
    initFailed: (initFailure) => Object.assign(seen, { initFailure }),
  })
  if (invocation) channel.deliver(invocation)
  const [exitCode] = await once(child, 'exit')
  await channel.ended
  return { ...seen, exitCode, taken: channel.hasTaken() }
}

function spawnBootstrap(folder: string) {
  const env = { LAMBDA_TASK_ROOT: folder, _HANDLER: 'index.handler' }
  const child = spawn(process.execPath, [BOOTSTRAP], { env, stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const report = (payload: string | undefined) => JSON.parse(payload ?? 'null')

test('an uncaught exception is posted as the error of the invocation and ends the process with 129', async () => {
  const { reply, exitCode } = await runToItsEnd(
    'export const handler = () => { setTimeout(() => { throw new RangeError("later") }); return new Promise(() => setTimeout(() => {}, 9e6)) }',
    INVOCATION,
  )
  expect(exitCode).toBe(129)
  expect(reply?.failed).toBe(true)
  expect(report(reply?.payload)).toMatchObject({ errorType: 'RangeError', errorMessage: 'later' })
})

test('an unhandled rejection is posted as the error of the invocation and ends the process with 128', async () => {
  const { reply, exitCode } = await runToItsEnd(
    'export const handler = () => { Promise.reject(new Error("forgotten")); return new Promise(() => setTimeout(() => {}, 9e6)) }',
    INVOCATION,
  )
  expect(exitCode).toBe(128)
  expect(reply?.failed).toBe(true)
  expect(report(reply?.payload)).toMatchObject({
    errorType: 'Runtime.UnhandledPromiseRejection',
    errorMessage: 'Error: forgotten',
  })
})

test('a handler that never settles, with nothing left to wait for, is an error of its own', async () => {
  const { reply } = await runToItsEnd('export const handler = () => new Promise(() => {})', INVOCATION)
  expect(report(reply?.payload).errorType).toBe('Runtime.NodeJsExit')
})

test('a failing module is posted as init error and ends the process', async () => {
  const { initFailure, exitCode } = await runToItsEnd('throw new Error("TABLE is not set")')
  expect(exitCode).toBe(1)
  expect(report(initFailure)).toMatchObject({ errorType: 'Error', errorMessage: 'TABLE is not set' })
})

test('a rejection that the module leaves behind while it loads is an init error', async () => {
  const { initFailure, exitCode } = await runToItsEnd(
    'Promise.reject(new Error("early")); await new Promise((r) => setTimeout(r, 9e6)); export const handler = 1',
  )
  expect(exitCode).toBe(128)
  expect(report(initFailure).errorMessage).toBe('Error: early')
})

test.each([
  ['waits for an invocation', 'export const handler = () => 1'],
  ['writes a log all the time', 'setInterval(() => console.log("on and on"), 1); export const handler = () => 1'],
])('a process that %s ends when the laptop cloud has ended', async (_, module) => {
  const child = spawnBootstrap(await folderWith({ 'index.mjs': module }))
  const pipe = child.stdio[3] as Duplex
  await once(pipe, 'data')
  child.stdout?.destroy()
  pipe.destroy()
  expect((await once(child, 'exit'))[0]).toBe(1)
})

test.each([
  ['waits', 'setTimeout(() => process.exit(3), 50); export const handler = () => 1', undefined, false],
  ['loads its module', 'process.exit(3)', INVOCATION, false],
  ['runs its handler', 'export const handler = () => process.exit(3)', INVOCATION, true],
])('a process that exits while it %s', async (_, module, invocation, taken) => {
  expect(await runToItsEnd(module, invocation)).toEqual({ exitCode: 3, taken })
})

test.each([
  ['undefined', 'null'],
  ['() => 1', 'null'],
  ['"text"', '"text"'],
  ['Promise.resolve({ statusCode: 204 })', '{"statusCode":204}'],
])('a handler that returns %s answers %s', async (value, payload) => {
  const { invoke } = await startProbe(`export const handler = () => (${value})`)
  expect((await invoke('SampleApi-Probe', '{}')).payload).toBe(payload)
})

test.each([
  ['new TypeError("bad")', 'TypeError', 'bad'],
  ['"just text"', 'string', 'just text'],
  ['{ toString: () => "an object" }', 'object', 'an object'],
])('a handler that throws %s fails as %s', async (value, errorType, errorMessage) => {
  const { ask } = await startProbe(`export const handler = async () => { throw ${value} }`)
  const { failed, answer } = await ask()
  expect(failed).toBe(true)
  expect(answer).toEqual({ errorType, errorMessage, trace: expect.any(Array) })
  expect(answer.trace.length > 0).toBe(errorType === 'TypeError')
})

test('a result that JSON cannot hold is an error of the invocation', async () => {
  const { ask } = await startProbe('export const handler = async () => 1n')
  expect(await ask()).toMatchObject({ failed: true, answer: { errorType: 'TypeError' } })
})

test.each([
  ['other.handler', 'Runtime.ImportModuleError', "Cannot find module 'other'"],
  ['index.absent', 'Runtime.HandlerNotFound', 'index.absent is undefined or not exported'],
  ['index.constant', 'Runtime.HandlerNotFound', 'index.constant is not a function'],
  ['index.callback', 'Runtime.CallbackHandlerDeprecated', 'nodejs24.x takes no callback handlers'],
  ['../index.handler', 'Runtime.MalformedHandlerName', 'is not a valid handler name'],
  ['index', 'Runtime.MalformedHandlerName', 'is not a valid handler name'],
])('the handler %s is refused as %s', async (Handler, errorType, message) => {
  const module = 'export const constant = 1; export const callback = (event, context, done) => done()'
  const { ask } = await startProbe(module, { Handler })
  const { answer } = await ask()
  expect(answer.errorType).toBe(errorType)
  expect(answer.errorMessage).toContain(message)
})

test('a module with a syntax error is refused as such', async () => {
  const { ask } = await startProbe('export const handler = async ( => 1')
  expect((await ask()).answer.errorType).toBe('Runtime.UserCodeSyntaxError')
})

test('a handler may lie deeper in its module', async () => {
  const { ask } = await startProbe('export const all = { of: { them: async () => "deep" } }', {
    Handler: 'index.all.of.them',
  })
  expect((await ask()).answer).toBe('deep')
})

test('the runtime client does not load undici into the function', async () => {
  const { ask } = await startProbe(
    'export const handler = async () => process.moduleLoadList.filter((name) => /undici/.test(name))',
  )
  expect((await ask()).answer).toEqual([])
  expect((await ask()).answer).toEqual([])
})

test('text logs carry time, request id and level', async () => {
  const { invoke, lines } = await startProbe(`console.log('loading')
    export const handler = async () => { console.warn('low %d', 3); console.error(new Error('gone')); process.stdout.write('plain\\n') }`)
  const { requestId } = await invoke('SampleApi-Probe', '{}')
  await expect.poll(() => lines.at(-1)?.text).toBe('plain')
  expect(lines.every(({ functionName, stream }) => functionName === 'SampleApi-Probe' && stream === 'stdout')).toBe(
    true,
  )
  expect(lines[0]).toMatchObject({ requestId: undefined, text: expect.stringMatching(/^\S+Z\t\tINFO\tloading$/) })
  expect(lines[1]).toMatchObject({ requestId })
  expect(lines[1]?.text.split('\t')).toEqual([expect.any(String), requestId, 'WARN', 'low 3'])
  expect(lines[2]?.text).toContain(`\t${requestId}\tERROR\tError: gone`)
})

test('JSON logs are records, from INFO upwards', async () => {
  const { invoke, lines } = await startProbe(
    `export const handler = async () => {
       console.debug('unheard'); console.info({ code: 7 }); console.error('failed', new RangeError('far'))
       const circle = {}; circle.self = circle; console.warn(circle)
     }`,
    { LoggingConfig: { LogFormat: 'JSON', LogGroup: 'logs' } },
  )
  const { requestId } = await invoke('SampleApi-Probe', '{}')
  await expect.poll(() => lines.length).toBe(3)
  const timestamp = expect.stringMatching(/Z$/)
  expect(lines.map(({ text }) => JSON.parse(text))).toEqual([
    { timestamp, level: 'INFO', requestId, message: { code: 7 } },
    {
      ...{ timestamp, level: 'ERROR', requestId, message: expect.stringContaining('failed RangeError: far') },
      ...{ errorType: 'RangeError', errorMessage: 'far', stackTrace: expect.any(Array) },
    },
    { timestamp, level: 'WARN', requestId, message: expect.stringContaining('Circular') },
  ])
})

test('JSON logs begin at the level of the template', async () => {
  const { ask, lines } = await startProbe(
    'export const handler = async () => { console.info("unheard"); console.warn("heard") }',
    { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN' } },
  )
  await ask()
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]?.text).toContain('"message":"heard"')
})
