import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PORT } from '../contender.ts'
import { checkout, startLaptop } from '../lethe.ts'
import { type ServerProcess, startServer } from '../server-process.ts'
import { startGateway } from '../yardstick/start-gateway.ts'
import { writeAssembly } from './write-assembly.ts'

const HANDLER = join(import.meta.dirname, 'trivial-handler.mjs')
const CONFIG = 'laptop.config.ts'

/** Each serves the same handler by two functions, at GET /hello and GET /other. */
export function startTrivialYardstick(): Promise<ServerProcess> {
  const handlerFile = HANDLER
  return startGateway({
    routes: [
      { key: 'GET /hello', handlerFile },
      { key: 'GET /other', handlerFile },
    ],
  })
}

export async function startTrivialLethe(): Promise<ServerProcess> {
  await using parts = new AsyncDisposableStack()
  const project = await mkdtemp(join(tmpdir(), 'lethe-trivial-'))
  parts.defer(() => rm(project, { recursive: true }))
  await cp(join(import.meta.dirname, CONFIG), join(project, CONFIG))
  await writeAssembly(join(project, 'cdk.out'))
  const { pid, stop } = await startLaptop({ checkout, project, flags: ['--no-build'], path: '/hello' })
  parts.defer(stop)
  const running = parts.move()
  return { pid, stop: () => running.disposeAsync() }
}

/** In its default mode: a worker thread for each function. */
export async function startServerlessOffline(peers: string): Promise<ServerProcess> {
  const project = join(peers, 'trivial')
  await mkdir(project, { recursive: true })
  for (const name of ['hello', 'other']) await cp(HANDLER, join(project, `${name}.mjs`))
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await writeFile(join(project, 'serverless.yml'), SERVERLESS)
  return startServer({
    args: [join(peers, 'node_modules/osls/bin/serverless.js'), 'offline'],
    cwd: project,
    env: {
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    },
    answers: `http://127.0.0.1:${PORT}/hello`,
  })
}

const SERVERLESS = `
service: trivial
provider: { name: aws, runtime: nodejs22.x }
plugins: [serverless-offline]
custom:
  serverless-offline:
    host: 127.0.0.1
    httpPort: ${PORT}
    lambdaPort: ${PORT + 1}
    albPort: ${PORT + 2}
    websocketPort: ${PORT + 3}
    noSponsor: true
functions:
  hello: { handler: hello.handler, events: [{ httpApi: { path: /hello, method: get } }] }
  other: { handler: other.handler, events: [{ httpApi: { path: /other, method: get } }] }
`
