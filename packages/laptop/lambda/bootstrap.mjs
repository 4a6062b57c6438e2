// @ts-check
/**
 * The runtime client in every function's process. It does what the client of nodejs24.x does on Lambda, as far as a
 * function can notice. It gets Node's modules from process.getBuiltinModule: an ESM import of node:http also loads
 * undici, which takes 17 ms in every process and does not happen on Lambda.
 */
const http = process.getBuiltinModule('node:http')
const fs = process.getBuiltinModule('node:fs')
const path = process.getBuiltinModule('node:path')
const { format } = process.getBuiltinModule('node:util')

/** @typedef {(event: unknown, context: object) => unknown} Handler */
/** @typedef {{ errorType: string, errorMessage: string, trace: string[] }} ErrorReport */
/** @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, body: string }} RuntimeAnswer */

const { AWS_LAMBDA_RUNTIME_API: runtimeApi = '', LAMBDA_TASK_ROOT: root = '', _HANDLER: handlerName = '' } = process.env
const [, host, port, prefix = ''] = /^([^:/]+):(\d+)(\/.*)?$/.exec(runtimeApi) ?? []
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** The request id of the invocation that runs now. @type {string | undefined} */
let running
let initialised = false

/**
 * @param {'GET' | 'POST'} method
 * @param {string} call
 * @param {string} [body]
 * @param {import('node:http').OutgoingHttpHeaders} [headers]
 * @returns {Promise<RuntimeAnswer>}
 */
function runtime(method, call, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const options = {
      host,
      port,
      method,
      agent,
      path: `${prefix}/2018-06-01/runtime/${call}`,
      headers: { ...length, ...headers },
    }
    const request = http.request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on('error', reject)
    request.end(body)
  })
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
async function postError(error) {
  const report = reportOf(error)
  const call = running ? `invocation/${running}/error` : 'init/error'
  const echo = running ? { 'lambda-runtime-invocation-id': running } : {}
  running = undefined
  const headers = { ...echo, 'lambda-runtime-function-error-type': encodeURIComponent(report.errorType) }
  await runtime('POST', call, JSON.stringify(report), headers)
}

/**
 * Ends the process. If an invocation or the init phase is not answered yet, this error is the answer.
 * @param {unknown} error @param {number} exitCode
 */
function die(error, exitCode) {
  console.error(error)
  const owed = running !== undefined || !initialised
  const posted = owed ? postError(error) : Promise.resolve()
  const exit = () => process.exit(exitCode)
  posted.then(exit, exit)
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

/** @param {import('node:http').IncomingHttpHeaders} headers @param {string} requestId */
function contextOf(headers, requestId) {
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  return {
    awsRequestId: requestId,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: `[$LATEST]${prefix.slice(1)}`,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}

/** @param {Handler} handler */
async function serveNext(handler) {
  const { status, headers, body } = await runtime('GET', 'invocation/next')
  if (status !== 200) throw new Error(`invocation/next answered ${status}: ${body}`)
  const requestId = String(headers['lambda-runtime-aws-request-id'])
  running = requestId
  process.env._X_AMZN_TRACE_ID = String(headers['lambda-runtime-trace-id'])
  /** @type {string} */
  let text
  try {
    text = JSON.stringify(await handler(JSON.parse(body), contextOf(headers, requestId))) ?? 'null'
  } catch (error) {
    console.error(error)
    return postError(error)
  }
  running = undefined
  const answer = await runtime('POST', `invocation/${requestId}/response`, text, {
    'content-type': 'application/json',
    'lambda-runtime-invocation-id': requestId,
  })
  if (answer.status !== 202) console.error(`response refused: ${answer.status} ${answer.body}`)
}

async function main() {
  patchConsole()
  process.on('uncaughtException', (error) => die(error, 129))
  process.on('unhandledRejection', (reason) => die(runtimeError('UnhandledPromiseRejection', String(reason)), 128))
  process.on('beforeExit', () => {
    if (running) die(runtimeError('NodeJsExit', 'The event loop is empty, but the handler has not answered'), 1)
  })
  /** @type {Handler} */
  let handler
  try {
    handler = await loadHandler()
  } catch (error) {
    return die(error, 1)
  }
  initialised = true
  for (;;) await serveNext(handler)
}

// The Runtime API cannot be reached: the laptop cloud has ended.
main().catch(() => process.exit(1))
