// One cold start in a process of its own: loads what Lambda's runtime client has loaded, then the bundle, then calls it.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const http = require('node:http')
for (const name of ['node:fs', 'node:path', 'node:util', 'node:events', 'node:stream']) require(name)
const { bundle, event } = JSON.parse(process.env.COLD_START)

let firstDatabaseAnswer
const send = http.request
http.request = (...args) => {
  const request = send(...args)
  const target = String(args[0]?.headers?.['x-amz-target'] ?? '')
  if (target.startsWith('DynamoDB')) request.once('response', () => (firstDatabaseAnswer ??= performance.now()))
  return request
}
require('node:module').syncBuiltinESMExports()

const start = performance.now()
const { handler } = await import(bundle)
// On AWS a function speaks TLS and loads this when it starts. Here the endpoint has none.
process.getBuiltinModule('node:https')
const loaded = performance.now()
const response = await handler(event, {})
console.log(
  JSON.stringify({
    load: loaded - start,
    answered: firstDatabaseAnswer - start,
    done: performance.now() - start,
    statusCode: response.statusCode,
    body: response.body,
    undici: process.moduleLoadList.filter((name) => name.includes('undici')),
  }),
)
process.exit(0)
