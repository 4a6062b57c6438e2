import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Cloud, type CloudOptions, type Ports, startCloud } from '../cloud.ts'
import { createLog } from '../log.ts'
import { freePorts } from './free-ports.ts'
import config from './sample-project/laptop.config.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { type TinyApp, writeTinyApp } from './tiny-app.ts'

let ports: Ports
let stateFolder: string
let lines: string[]
beforeEach(async () => {
  ports = await freePorts()
  stateFolder = join(temporaryFolder(), 'state')
  lines = []
})

async function start(options: Partial<CloudOptions> = {}, app: Partial<TinyApp> = {}): Promise<Cloud> {
  const cloud = await startCloud({
    config,
    assemblyFolder: writeTinyApp({ ports, ...app }),
    stateFolder,
    fresh: false,
    toolFolder: temporaryFolder(),
    dynamodbEndpoint: undefined,
    host: '127.0.0.1',
    ports,
    lifecycle: 'warm',
    maxEnvironments: 10,
    log: createLog({ write: (line) => lines.push(line), colour: false, now: () => new Date() }),
    onFailure: (error) => lines.push(error.message),
    ...options,
  })
  onTestFinished(cloud.close)
  return cloud
}

async function count({ apiUrl }: Cloud): Promise<string> {
  const answer = await fetch(`${apiUrl}/counts`, { method: 'POST' })
  expect(answer.status).toBe(200)
  return await answer.text()
}
const logged = (pattern: RegExp) => lines.filter((line) => pattern.test(line))

test('a request goes through the gateway to a function, from there through the door to its table', async () => {
  const cloud = await start()
  expect(await count(cloud)).toBe('1')
  expect(await count(cloud)).toBe('2')
  expect(logged(/POST {5}\/counts +200 +\d+ ms {2}cold {2}routes\/count$/)).toHaveLength(1)
  expect(logged(/POST {5}\/counts +200 +\d+ ms {2}warm {2}routes\/count$/)).toHaveLength(1)
  expect(logged(/routes\/count \| .*counting/)).toHaveLength(2)
})

test('with a process for each request every request is a cold start', async () => {
  const cloud = await start({ lifecycle: 'per-request' })
  await count(cloud)
  expect(await count(cloud)).toBe('2')
  expect(logged(/\/counts .* cold {2}routes\/count$/)).toHaveLength(2)
})

test('the custom resource runs before the authorizer that needs its documents, once for each revision', async () => {
  const first = await start()
  expect((await fetch(`${first.apiUrl}/secret`)).status).toBe(401)
  await first.close()
  await (await start()).close()
  await (await start({}, { revision: '2' })).close()
  expect(logged(/ensuring/).map((line) => /Create 1|Update 2/.exec(line)?.[0])).toEqual(['Create 1', 'Update 2'])
})

test('a failed custom resource ends the start with its reason and leaves nothing behind', async () => {
  await expect(start({}, { revision: 'broken' })).rejects.toThrow('State/Ensured could not be created: told to fail')
  const cloud = await start()
  expect(await count(cloud)).toBe('1')
})

test('state survives a restart; --fresh forgets it', async () => {
  const first = await start()
  await count(first)
  await first.close()
  const second = await start()
  expect(await count(second)).toBe('2')
  await second.close()
  expect(await count(await start({ fresh: true }))).toBe('1')
})

async function post({ apiUrl }: Cloud, path: string) {
  const answer = await fetch(`${apiUrl}${path}`, { method: 'POST' })
  return { status: answer.status, body: await answer.text() }
}
const FAILED = { status: 500, body: '{"message":"Internal Server Error"}' }
const observed = () => JSON.parse(readFileSync(join(stateFolder, 'observed-actions.json'), 'utf8'))

test('what a role does not grant fails here: a call to a store, a line in the log', async () => {
  const cloud = await start({}, { grantsLogs: false })
  expect(await post(cloud, '/no-grant')).toEqual(FAILED)
  await cloud.close()
  expect(
    logged(/\* Api-NoGrant would leave no log in AWS: its role does not grant logs:PutLogEvents on arn:/),
  ).toHaveLength(1)
  expect(observed().denied['Api-NoGrant']).toEqual(['dynamodb:UpdateItem', 'logs:CreateLogStream', 'logs:PutLogEvents'])
})

test.each(['/uninvited', '/untrusted'])(
  'the API invokes only what its role grants and by a role that it may be: %s',
  async (path) => {
    const cloud = await start()
    expect(await post(cloud, path)).toEqual(FAILED)
    await cloud.close()
    expect(observed().allowed['Api-Uninvited']).toBeUndefined()
  },
)

test('what roles grant and functions use is recorded as allowed, log writing too', async () => {
  const cloud = await start()
  await count(cloud)
  await cloud.close()
  const { allowed, denied } = observed()
  expect(allowed['State-Ensure']).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents', 's3:PutObject'])
  expect(allowed['Api-Count']).toEqual(['dynamodb:UpdateItem', 'logs:CreateLogStream', 'logs:PutLogEvents'])
  expect(denied).toEqual({})
})

test('closing lets a running request finish, then frees the ports and the state', async () => {
  const cloud = await start()
  const running = count(cloud)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await cloud.close()
  expect(await running).toBe('1')
  expect(existsSync(join(stateFolder, 'lock'))).toBe(false)
  await start()
})

test.each(['api', 'outbox', 'door'] as const)('a port in use (%s) ends the start in one sentence', async (name) => {
  const squatter = createServer().listen(ports[name], '127.0.0.1')
  await once(squatter, 'listening')
  const sentence = new RegExp(
    `^Port ${ports[name]} \\(.+\\) is in use: choose the first of three free ports with --port\\.$`,
  )
  await expect(start()).rejects.toThrow(expect.objectContaining({ message: expect.stringMatching(sentence) }))
  squatter.close()
  await once(squatter, 'close')
  await start()
})

test.runIf(process.platform === 'linux')('other addresses reach it only when --host says so', async () => {
  const reached = (port: number) =>
    fetch(`http://127.0.0.2:${port}/`).then(
      () => true,
      () => false,
    )
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const cloud = await start({ host })
    expect(cloud.apiUrl).toBe(`http://127.0.0.1:${ports.api}`)
    for (const port of Object.values(ports)) expect(await reached(port)).toBe(host === '0.0.0.0')
    await cloud.close()
  }
})

test('two clouds do not share one state', async () => {
  await start()
  await expect(start({ ports: await freePorts() })).rejects.toThrow(`${stateFolder} is used by the laptop cloud`)
})

test.each<[string, string]>([
  ['the tables', 'dynamodb/tables.sqlite'],
  ['a secret', 'secrets/State-Ring.json'],
  ['a mail', 'outbox/1.json'],
  ['the queues', 'sqs/fauxqs.db'],
  ['stream positions', 'stream-positions.json'],
  ['custom resources', 'custom-resources.json'],
  ['an undelivered event', 'events/left.json'],
  ['the schedules', 'schedules.json'],
])(
  'damage to %s ends the start in one sentence that names folder and remedy, and deletes nothing',
  async (_what, file) => {
    await (await start()).close()
    const path = join(stateFolder, file)
    writeFileSync(path, 'x'.repeat(5000))
    const sentence = new RegExp(`^The state in ${stateFolder} cannot be used \\(.+\\): add --fresh .*\\.$`, 's')
    await expect(start()).rejects.toThrow(expect.objectContaining({ message: expect.stringMatching(sentence) }))
    expect(readFileSync(path, 'utf8')).toBe('x'.repeat(5000))
    expect(readdirSync(stateFolder)).not.toContain('lock')
    expect(existsSync(join(stateFolder, 'dynamodb/tables.sqlite.pid')), 'the other stores are closed').toBe(false)
    await start({ fresh: true })
  },
)
