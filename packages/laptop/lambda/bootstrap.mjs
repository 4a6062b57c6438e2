// @ts-check
import { frameOf, frameReader } from './frames.mjs'

/**
 * The runtime client in every function's process. It does what the client of nodejs24.x does on Lambda, as far as a
 * function can notice. Invocations come through the third pipe, where Lambda has its Runtime API: a pipe costs half as
 * much. Node's modules come from process.getBuiltinModule: an ESM import of node:http also loads undici, which takes
 * 17 ms in every process and does not happen on Lambda.
 */
process.getBuiltinModule('node:http')
const net = process.getBuiltinModule('node:net')
const fs = process.getBuiltinModule('node:fs')
const path = process.getBuiltinModule('node:path')
const { format } = process.getBuiltinModule('node:util')

/** @typedef {(event: unknown, context: object) => unknown} Handler */
/** @typedef {{ errorType: string, errorMessage: string, trace: string[] }} ErrorReport */
/** @typedef {{ requestId: string, functionArn: string, deadline: number, traceId: string }} Invocation */

const PIPE = 3
const { LAMBDA_TASK_ROOT: root = '', _HANDLER: handlerName = '' } = process.env
const cloud = new net.Socket({ fd: PIPE, readable: true, writable: true })

/** The request id of the invocation that runs now. @type {string | undefined} */
let running
let initialised = false

/** Resolves when it is written. @param {import('./channel.ts').Said} said @param {string} [body] @returns {Promise<void>} */
function say(said, body) {
  return new Promise((resolve) => cloud.write(frameOf(said, body), () => resolve()))
}

/** @param {unknown} error @returns {ErrorReport} */
function reportOf(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] }
}

/** @param {string} name @param {string} message */
function runtimeError(name, message) {
  const error = new Error(message)
  error.name = `Runtime.${name}`
  return error
}

/** @param {unknown} error */
function reportError(error) {
  const report = JSON.stringify(reportOf(error))
  const requestId = running
  running = undefined
  return requestId ? say({ says: 'error', requestId }, report) : say({ says: 'failed to start' }, report)
}

/**
 * Ends the process. If an invocation or the init phase is not answered yet, this error is the answer.
 * @param {unknown} error @param {number} exitCode
 */
function die(error, exitCode) {
  console.error(error)
  const owed = running !== undefined || !initialised
  const reported = owed ? reportError(error) : Promise.resolve()
  const exit = () => process.exit(exitCode)
  void reported.then(exit)
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

function patchConsole() {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON'
  const least = json ? LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? 'INFO') : 0
  /** @param {string} level */
  const writer = (level) =>
    LEVELS.indexOf(level) < least
      ? () => undefined
      : /** @param {unknown[]} values */ (...values) => {
          const line = json ? jsonLine(level, values) : textLine(level, values)
          process.stdout.write(`${line}\n`)
        }
  const log = writer('INFO')
  Object.assign(console, {
    trace: writer('TRACE'),
    debug: writer('DEBUG'),
    info: log,
    log,
    warn: writer('WARN'),
    error: writer('ERROR'),
    fatal: writer('FATAL'),
  })
}

/** @param {string} level @param {unknown[]} values */
function textLine(level, values) {
  return [new Date().toISOString(), running, level, format(...values)].join('\t')
}

/** @param {string} level @param {unknown[]} values */
function jsonLine(level, values) {
  const record = { timestamp: new Date().toISOString(), level, requestId: running }
  if (values.length !== 1) {
    const error = values.find((value) => value instanceof Error)
    return JSON.stringify({ ...record, message: format(...values), ...(error && errorFields(error)) })
  }
  try {
    return JSON.stringify({ ...record, message: values[0] }, (_, value) =>
      value instanceof Error ? { ...errorFields(value), ...value } : value,
    )
  } catch {
    return JSON.stringify({ ...record, message: format(values[0]) })
  }
}

/** @param {Error} error */
function errorFields(error) {
  return { errorType: error.constructor.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] }
}

/** @returns {Promise<Handler>} */
async function loadHandler() {
  const [, folder = '', file, name] = /^(.*\/)?([^./]+)\.(.+)$/.exec(handlerName) ?? []
  if (handlerName.includes('..') || !(file && name)) {
    throw runtimeError('MalformedHandlerName', `'${handlerName}' is not a valid handler name.`)
  }
  const base = path.resolve(root, folder, file)
  const found = ['', '.js', '.mjs', '.cjs'].map((ending) => base + ending).find((candidate) => isFile(candidate))
  if (!found) throw runtimeError('ImportModuleError', `Cannot find module '${folder}${file}'`)
  const module = await importUserCode(found)
  const handler = property(module, name) ?? property(module.default, name)
  if (typeof handler !== 'function') {
    throw runtimeError(
      'HandlerNotFound',
      `${handlerName} is ${handler ? 'not a function' : 'undefined or not exported'}`,
    )
  }
  if (handler.length >= 3) {
    throw runtimeError('CallbackHandlerDeprecated', 'nodejs24.x takes no callback handlers: use an async function')
  }
  return handler
}

/** @param {string} file */
function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

/** @param {string} file */
async function importUserCode(file) {
  try {
    return await import(process.getBuiltinModule('node:url').pathToFileURL(file).href)
  } catch (error) {
    if (error instanceof SyntaxError) error.name = 'Runtime.UserCodeSyntaxError'
    throw error
  }
}

/** @typedef {Handler | { [key: string]: Nested } | null | undefined} Nested */

/** @param {Nested} value @param {string} name a dotted path */
function property(value, name) {
  let inner = value
  for (const key of name.split('.')) inner = typeof inner === 'object' ? inner?.[key] : undefined
  return inner
}

/** @param {Invocation} invocation */
function contextOf({ requestId, functionArn, deadline }) {
  return {
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}

/** @param {Handler} handler @param {Invocation} invocation @param {string} payload */
async function serve(handler, invocation, payload) {
  const { requestId } = invocation
  running = requestId
  process.env._X_AMZN_TRACE_ID = invocation.traceId
  // While a handler runs, only the handler keeps the process alive: if it waits for nothing, that is an error.
  cloud.unref()
  /** @type {string} */
  let answer
  try {
    answer = JSON.stringify(await handler(JSON.parse(payload), contextOf(invocation))) ?? 'null'
  } catch (error) {
    console.error(error)
    cloud.ref()
    return reportError(error)
  }
  cloud.ref()
  running = undefined
  return say({ says: 'answer', requestId }, answer)
}

async function main() {
  patchConsole()
  process.on('uncaughtException', (error) => die(error, 129))
  process.on('unhandledRejection', (reason) => die(runtimeError('UnhandledPromiseRejection', String(reason)), 128))
  process.on('beforeExit', () => {
    if (running) die(runtimeError('NodeJsExit', 'The event loop is empty, but the handler has not answered'), 1)
  })
  // Written at once, because nothing else is done in a process that exits.
  process.on('exit', () => {
    if (!running && !cloud.destroyed) fs.writeSync(PIPE, frameOf({ says: 'leaving' }))
  })
  /** @type {Handler} */
  let handler
  try {
    handler = await loadHandler()
  } catch (error) {
    return die(error, 1)
  }
  initialised = true
  cloud.on(
    'data',
    frameReader(({ head, body }) => void serve(handler, head, body)),
  )
  await say({ says: 'ready' })
}

/** The laptop cloud has ended, so nobody hears anything any more. */
function leave() {
  cloud.destroy()
  process.exit(1)
}

cloud.on('close', leave)
cloud.on('error', leave)
process.stdout.on('error', leave)
void main()
