// The least that a Lambda runtime client can be: one connection to the Runtime API, one invocation after the other.
import { readAll } from './read-all.mjs'

// An import of node:http would load undici too, in every process.
const http = process.getBuiltinModule('node:http')

const { AWS_LAMBDA_RUNTIME_API, HANDLER_FILE } = process.env
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, noDelay: true })

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const options = { agent, host, port, method, path: `/2018-06-01/runtime/${path}`, headers }
    const request = http.request(options, (response) => {
      readAll(response).then((body) => resolve({ headers: response.headers, body }), reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function runOnce(handler) {
  const { headers, body } = await call('GET', 'invocation/next')
  const id = headers['lambda-runtime-aws-request-id']
  try {
    await call('POST', `invocation/${id}/response`, JSON.stringify(await handler(JSON.parse(body))))
  } catch (error) {
    console.error(error)
    await call('POST', `invocation/${id}/error`, JSON.stringify({ errorMessage: String(error) }))
  }
}

const { handler } = await import(HANDLER_FILE)
// It ends with the gateway: then nothing answers any more.
for (;;) await runOnce(handler).catch(() => process.exit())
