import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ACCOUNT, REGION, ROOT_USER } from './account.ts'
import { inWork, PATH, virtualEnvironment } from './paths.ts'
import { run, start, tail } from './processes.ts'

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')
const PYTHON = join(virtualEnvironment, 'bin/python')
export const MINISTACK_LOG = inWork('ministack.log')
const READY_WITHIN_MS = 30_000
/** Of what functions call; without its variable here a service would be looked for in the real AWS. */
const SERVICES = ['DYNAMODB', 'S3', 'SECRETS_MANAGER', 'SESV2', 'SQS']

/** A Python that can make virtual environments for MiniStack. */
export function findPython(): string | undefined {
  const suits = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
  return ['python3', 'python'].find((python) => spawnSync(python, ['-c', suits], { stdio: 'ignore' }).status === 0)
}

export async function installMinistack(python: string): Promise<void> {
  const log = inWork('pip.log')
  // Made last: without it an earlier attempt was cut short.
  if (!existsSync(join(virtualEnvironment, 'bin/pip')))
    await run({ file: python, args: ['-m', 'venv', virtualEnvironment], log })
  await run({ file: PYTHON, args: ['-m', 'pip', 'install', '--requirement', REQUIREMENTS], log })
}

/** Every address that MiniStack hands out, such as that of a queue, carries the public port. */
export async function startMinistack({ port, publicPort }: { port: number; publicPort: number }): Promise<void> {
  const temporary = inWork('tmp')
  await mkdir(temporary)
  // MiniStack's own scripts land there; below ours they would be taken for ES modules.
  await writeFile(join(temporary, 'package.json'), '{ "type": "commonjs" }')
  const child = await start({
    file: PYTHON,
    // Not by its own command, which would write a file into the system's temporary folder.
    args: ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`],
    log: MINISTACK_LOG,
    // Functions inherit all of this.
    env: {
      PATH,
      HOME: process.env.HOME,
      TMPDIR: temporary,
      GATEWAY_PORT: String(publicPort),
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: REGION,
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      AWS_ACCESS_KEY_ID: ROOT_USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ROOT_USER.secretAccessKey,
      // Signatures, roles and policies count.
      AUTH: 'true',
      // Listeners that nobody asked for.
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      LAMBDA_WARM_TTL_SECONDS: '30',
      ...Object.fromEntries(SERVICES.map((name) => [`AWS_ENDPOINT_URL_${name}`, `http://127.0.0.1:${publicPort}`])),
    },
  })
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/_ministack/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (const deadline = Date.now() + READY_WITHIN_MS; !(await isReady()); await sleep(100)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`MiniStack did not start\n${await tail(MINISTACK_LOG, 40)}`)
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
