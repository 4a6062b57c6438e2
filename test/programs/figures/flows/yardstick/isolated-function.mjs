import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { readAll } from './read-all.mjs'

const http = process.getBuiltinModule('node:http')
const RUNTIME_CLIENT = join(import.meta.dirname, 'runtime-client.mjs')
const FAILED = { statusCode: 500, body: '{"message":"Internal Server Error"}' }

/** A function in at most so many processes of its own, which take its events from a Lambda Runtime API of its own. */
export async function isolatedFunction({ handlerFile, processes, environment }) {
  const events = []
  const idle = []
  const answers = new Map()
  let started = 0

  function serve(request, response) {
    if (request.method === 'GET') {
      idle.push(response)
      hand()
    } else {
      void take(request, response)
    }
  }

  async function take(request, response) {
    const body = await readAll(request)
    response.writeHead(202, { 'content-length': 0 }).end()
    const [id, kind] = request.url.split('/').slice(-2)
    answers.get(id)(kind === 'response' ? JSON.parse(body) : FAILED)
    answers.delete(id)
  }

  function hand() {
    while (events.length > 0 && idle.length > 0) {
      const { id, event } = events.shift()
      // The process that ran last: its caches are the warmest.
      const headers = { 'content-length': Buffer.byteLength(event), 'lambda-runtime-aws-request-id': id }
      idle.pop().writeHead(200, headers).end(event)
    }
    if (events.length > 0 && started < processes) start()
  }

  function start() {
    started++
    const env = { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}`, HANDLER_FILE: handlerFile, ...environment }
    const child = spawn(process.execPath, [RUNTIME_CLIENT], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    // What waits for it would wait for ever.
    child.once('exit', () => process.exit(1))
  }

  const api = http.createServer({ noDelay: true, keepAliveTimeout: 0 }, serve)
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve))

  return function invoke(event) {
    return new Promise((resolve) => {
      const id = randomUUID()
      answers.set(id, resolve)
      events.push({ id, event: JSON.stringify(event) })
      hand()
    })
  }
}
