import { expect, onTestFinished, test } from 'vitest'
import { startFunctions } from '../../lambda/functions.ts'
import { LambdaRefusal } from '../../lambda/model.ts'
import { ARN, folderWith, functionResource, isRunning, NAME, startProbe, until } from './a-function.ts'

const PID = 'export const handler = async () => process.pid'
const SLOW_PID = `export const handler = async ({ milliseconds }) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  return process.pid
}`

test('an environment is started for the first invocation and used again', async () => {
  const { ask } = await startProbe('let served = 0; export const handler = async () => [process.pid, ++served]')
  const first = await ask()
  const second = await ask()
  expect(first).toEqual({ cold: true, failed: false, answer: [expect.any(Number), 1] })
  expect(second).toEqual({ cold: false, failed: false, answer: [first.answer[0], 2] })
})

test('per-request starts a new process for every invocation and ends it afterwards', async () => {
  const { ask } = await startProbe(PID, {}, { lifecycle: 'per-request' })
  const answers = [await ask(), await ask(), await ask()]
  expect(answers.map(({ cold }) => cold)).toEqual([true, true, true])
  const pids = answers.map(({ answer }) => answer)
  expect(new Set(pids).size).toBe(3)
  await until(() => pids.every((pid) => !isRunning(pid)))
})

test('parallel invocations get environments of their own, and the most recently used one serves next', async () => {
  const { ask } = await startProbe(SLOW_PID)
  const [longer, shorter] = await Promise.all([ask({ milliseconds: 600 }), ask({ milliseconds: 1 })])
  expect(longer.answer).not.toBe(shorter.answer)
  expect((await ask({ milliseconds: 1 })).answer).toBe(longer.answer)
  expect((await ask({ milliseconds: 1 })).answer).toBe(longer.answer)
})

test('beyond the default limit an invocation waits for a free environment', async () => {
  const { ask } = await startProbe(SLOW_PID, {}, { maxEnvironments: 2 })
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask({ milliseconds: 50 })))
  expect(new Set(answers.map(({ answer }) => answer)).size).toBe(2)
})

test('an invocation that waits too long is throttled', async () => {
  const { ask } = await startProbe(SLOW_PID, {}, { maxEnvironments: 1, queueMilliseconds: 50 })
  const slow = ask({ milliseconds: 400 })
  await expect(ask()).rejects.toMatchObject({ code: 'TooManyRequestsException' })
  expect((await slow).failed).toBe(false)
})

test('beyond a reserved limit an invocation is throttled at once', async () => {
  const { ask } = await startProbe(SLOW_PID, { ReservedConcurrentExecutions: 1 })
  const slow = ask({ milliseconds: 500 })
  const throttled = ask().catch(({ code }) => code)
  expect(await Promise.race([slow, throttled])).toBe('TooManyRequestsException')
  expect((await slow).failed).toBe(false)
})

test('a function that is too slow is killed, and the next invocation gets a fresh environment', async () => {
  const { ask, lines } = await startProbe(`console.log(process.pid); ${SLOW_PID}`, { Timeout: 1 })
  await ask({ milliseconds: 0 })
  const late = await ask({ milliseconds: 60_000 })
  expect(late).toMatchObject({ failed: true, cold: false, answer: { errorType: 'Sandbox.Timedout' } })
  expect(late.answer.errorMessage).toMatch(/^RequestId: [\w-]{36} Error: Task timed out after 1.00 seconds$/)
  const pid = Number(lines[0]?.text.split('\t').at(-1))
  await until(() => !isRunning(pid))
  expect(await ask({ milliseconds: 0 })).toMatchObject({ cold: true, failed: false })
})

test('a process that ends while it works is a function error, and the next invocation gets a fresh one', async () => {
  const { ask } = await startProbe(
    'export const handler = async ({ code }) => code === undefined ? "fine" : process.exit(code)',
  )
  await ask()
  const crash = await ask({ code: 3 })
  expect(crash).toMatchObject({ failed: true, cold: false, answer: { errorType: 'Runtime.ExitError' } })
  expect(crash.answer.errorMessage).toContain('Runtime exited with error: exit status 3')
  expect(await ask()).toEqual({ answer: 'fine', cold: true, failed: false })
  expect((await ask({ code: 0 })).answer.errorMessage).toContain('Runtime exited without providing a reason')
})

test('an environment that dies between two invocations costs none of them', async () => {
  const { ask } = await startProbe(
    'export const handler = async () => { setTimeout(() => process.exit(1), 5); return process.pid }',
  )
  const { answer: pid } = await ask()
  await until(() => !isRunning(pid))
  expect(await ask()).toMatchObject({ cold: true, failed: false })
})

test('an invocation that a dying environment has not taken yet is served by another one', async () => {
  const { ask } = await startProbe(`export const handler = async () => {
    // By then the answer is sent, but the process cannot ask for the next invocation.
    setImmediate(() => {
      const end = Date.now() + 200
      while (Date.now() < end);
      process.exit(1)
    })
    return process.pid
  }`)
  const { answer: pid } = await ask()
  expect(isRunning(pid)).toBe(true)
  expect(await ask()).toMatchObject({ cold: true, failed: false })
})

test('an init phase over its limit is repeated within the invocation, under the function timeout', async () => {
  const slowInit = 'await new Promise((resolve) => setTimeout(resolve, 400)); export const handler = async () => "late"'
  const patient = await startProbe(slowInit, { Timeout: 2 }, { initMilliseconds: 150 })
  expect(await patient.ask()).toEqual({ answer: 'late', cold: true, failed: false })
  const endless = await startProbe(
    'await new Promise((r) => setTimeout(r, 9e6))',
    { Timeout: 1 },
    { initMilliseconds: 50 },
  )
  expect(await endless.ask()).toMatchObject({ failed: true, answer: { errorType: 'Sandbox.Timedout' } })
})

test('a module that fails to load is a function error with its own words', async () => {
  const { ask } = await startProbe('throw new TypeError("no table name")')
  const failure = { failed: true, cold: true, answer: { errorType: 'TypeError', errorMessage: 'no table name' } }
  expect(await ask()).toMatchObject(failure)
  expect(await ask()).toMatchObject(failure)
})

test('an event over 6 MB is refused', async () => {
  const { invoke } = await startProbe('export const handler = async (event) => event.length')
  const fits = JSON.stringify('x'.repeat(6_291_456 - 2))
  expect((await invoke(NAME, fits)).payload).toBe('6291454')
  await expect(invoke(NAME, `${fits} `)).rejects.toMatchObject({ code: 'RequestTooLargeException' })
})

test('an answer over 6 MB is a function error and costs no environment', async () => {
  const { ask } = await startProbe('export const handler = async ({ size }) => "x".repeat(size)')
  expect((await ask({ size: 6_000_000 })).failed).toBe(false)
  const large = await ask({ size: 6_291_557 })
  expect(large).toMatchObject({ failed: true, answer: { errorType: 'Function.ResponseSizeTooLarge' } })
  expect(await ask({ size: 1 })).toEqual({ answer: 'x', cold: false, failed: false })
})

test('a process that cannot be started costs no place among the environments', async () => {
  const variables = { Environment: { Variables: { IMPOSSIBLE: 'a\0b' } } }
  const { ask } = await startProbe(PID, variables, { maxEnvironments: 1 })
  await expect(ask()).rejects.toThrow('null bytes')
  await expect(ask()).rejects.toThrow('null bytes')
})

test('a function has a process group of its own, which Ctrl-C in the terminal does not reach', async () => {
  const { ask } = await startProbe('export const handler = async () => process.kill(-process.pid, 0)')
  expect(await ask()).toEqual({ answer: true, cold: true, failed: false })
})

test('an idle environment ends', async () => {
  const { ask } = await startProbe(PID, {}, { idleMilliseconds: 60 })
  const { answer: pid } = await ask()
  await until(() => !isRunning(pid))
  expect((await ask()).cold).toBe(true)
})

test('of too many idle processes, the one that was used first is ended, whatever its function', async () => {
  const folder = await folderWith({ 'index.mjs': PID })
  const functions = await startFunctions({
    resources: ['A', 'B', 'C'].map((name) => ({
      ...functionResource(),
      logicalId: name,
      ref: name,
      attributes: { Arn: ARN.replace(NAME, name) },
    })),
    codeFolder: () => folder,
    doorUrl: 'http://127.0.0.1:3002',
    credentials: () => ({ accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' }),
    log: () => undefined,
    onLogs: () => undefined,
    maxIdle: 2,
  })
  onTestFinished(() => functions.close())
  const pidOf = async (name: string) => Number(JSON.parse((await functions.invoke(name, '{}')).payload))
  const [a, b] = [await pidOf('A'), await pidOf('B')]
  expect(await pidOf('A')).toBe(a)
  const c = await pidOf('C')
  await until(() => !isRunning(b))
  expect([isRunning(a), isRunning(c)]).toEqual([true, true])
  expect(await pidOf('A')).toBe(a)
})

test('close lets running invocations finish, refuses new ones and ends every process', async () => {
  const { ask, close } = await startProbe(SLOW_PID)
  const running = [ask({ milliseconds: 200 }), ask({ milliseconds: 100 })]
  await new Promise((resolve) => setTimeout(resolve, 20))
  const closed = close()
  await expect(ask()).rejects.toBeInstanceOf(LambdaRefusal)
  await closed
  const answers = await Promise.all(running)
  expect(answers.map(({ failed }) => failed)).toEqual([false, false])
  expect(answers.some(({ answer: pid }) => isRunning(pid))).toBe(false)
})

test('a function sees its variables, its credentials and the door, and nothing of ours', async () => {
  process.env.LAPTOP_TEST_SECRET = 'ours'
  const { ask, folder } = await startProbe('export const handler = async () => process.env', {
    MemorySize: 256,
    Environment: { Variables: { TABLE: 'Sample-Users', AWS_ENDPOINT_URL: '', AWS_REGION: 'elsewhere' } },
    LoggingConfig: { LogGroup: 'Sample-Logs' },
  })
  const { answer } = await ask()
  expect(answer).toEqual({
    TABLE: 'Sample-Users',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:3002',
    AWS_ACCESS_KEY_ID: `key of ${NAME}`,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: NAME,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: 'Sample-Logs',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\[\$LATEST\][\w-]{36}$/),
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
    HOME: folder,
    TZ: 'UTC',
  })
})

test('a function runs in its code folder, with the memory of its template as its heap', async () => {
  const { ask, folder } = await startProbe(
    `import { getHeapStatistics } from 'node:v8'
     export const handler = async () => [process.cwd(), getHeapStatistics().heap_size_limit / 2 ** 20, process.version]`,
    { MemorySize: 512 },
  )
  const [cwd, heap, version] = (await ask()).answer
  expect([cwd, version]).toEqual([folder, process.version])
  expect(heap).toBeGreaterThan(500)
  expect(heap).toBeLessThan(800)
})

test('a function sees the context of its invocation', async () => {
  const { ask } = await startProbe(
    'export const handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() })',
    { Timeout: 7 },
  )
  const { answer } = await ask()
  expect(answer).toEqual({
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    invokedFunctionArn: ARN,
    functionName: NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: '128',
    logGroupName: `/aws/lambda/${NAME}`,
    logStreamName: expect.stringMatching(/^\[\$LATEST\]/),
    left: expect.any(Number),
  })
  expect(answer.left).toBeGreaterThan(6000)
  expect(answer.left).toBeLessThanOrEqual(7000)
})

test('every invocation is reported to the log group, as Lambda writes to it each time', async () => {
  const reported: string[] = []
  const { ask } = await startProbe(PID, {}, { onLogs: (name) => reported.push(name) })
  await ask()
  await ask()
  expect(reported).toEqual([NAME, NAME])
})

test('a property that is not understood is an error that names it', async () => {
  const layers = startProbe(PID, { Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] })
  await expect(layers).rejects.toThrow(/SampleApi\/Probe \(AWS::Lambda::Function\): Layers/)
  await expect(startProbe(PID, { Runtime: 'python3.14' })).rejects.toThrow(/Runtime.*nodejs24\.x/)
})

test('an unknown function is refused', async () => {
  const { invoke } = await startProbe(PID)
  await expect(invoke('nobody', '{}')).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
})
