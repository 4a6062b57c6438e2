import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Ports } from '../cloud.ts'
import { usage } from '../options.ts'
import { freePorts } from './free-ports.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { writeTinyApp } from './tiny-app.ts'

const MAIN = join(import.meta.dirname, '../main.ts')
const PROJECT = join(import.meta.dirname, 'sample-project')
const USAGE = usage('.sample')

let ports: Ports
let stateFolder: string
beforeEach(async () => {
  ports = await freePorts()
  stateFolder = join(temporaryFolder(), 'state')
})

/** Runs the command, by default with the tiny app. */
function run(
  flags = ['--no-build', '--port', String(ports.api), '--state', stateFolder],
  outdir = writeTinyApp({ ports }),
  cwd = PROJECT,
) {
  const child = spawn(process.execPath, [MAIN, ...flags], { cwd, env: { ...process.env, CDK_OUTDIR: outdir } })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.err += text
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exit
  })
  async function printed(pattern: RegExp) {
    while (!pattern.test(output.out)) {
      if (child.exitCode !== null) throw new Error(`ended without ${pattern}: ${output.out}${output.err}`)
      await sleep(5)
    }
  }
  return { child, output, exit, printed, ready: () => printed(/^API .*\n/m) }
}

const databaseProcess = () => Number(readFileSync(join(stateFolder, 'dynamodb/tables.sqlite.pid'), 'utf8'))
function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

const request = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${ports.api}${path}`, { method })

test('it prints both addresses and an example, answers, and logs the request', async () => {
  const { output, ready, printed } = run()
  await ready()
  expect((await request('/counts', 'POST')).status).toBe(200)
  await printed(/routes\/count$/m)
  expect(output.out).toContain(`API      http://127.0.0.1:${ports.api}\nOutbox   http://127.0.0.1:${ports.outbox}\n`)
  expect(output.out).toMatch(new RegExp(`^ {2}curl http://127\\.0\\.0\\.1:${ports.api}/users --json '\\{.+\\}'$`, 'm'))
  expect(output.out).toMatch(/POST {5}\/counts +200 +\d+ ms {2}cold {2}routes\/count\n/)
  expect(output.out).not.toContain('\u001b')
  expect(output.err).toBe('')
})

test('SIGINT and SIGTERM close cleanly: what was counted is there at the next start', async () => {
  const first = run()
  await first.ready()
  await request('/counts', 'POST')
  first.child.kill('SIGINT')
  expect(await first.exit).toBe(0)
  expect(existsSync(join(stateFolder, 'lock'))).toBe(false)
  const second = run()
  await second.ready()
  expect(await (await request('/counts', 'POST')).text()).toBe('2')
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
})

test('a running request is answered before the end, also when npm passes the same Ctrl-C on', async () => {
  const { child, exit, ready } = run()
  await ready()
  const answer = request('/slow')
  await sleep(300)
  child.kill('SIGINT')
  await sleep(20)
  child.kill('SIGINT')
  expect((await answer).status).toBe(204)
  expect(await exit).toBe(0)
})

test('a second Ctrl-C ends at once', async () => {
  const { child, exit, ready } = run()
  await ready()
  const answer = request('/slow').catch(() => 'cut off')
  const database = databaseProcess()
  await sleep(300)
  child.kill('SIGINT')
  await sleep(600)
  child.kill('SIGINT')
  expect(await exit).toBe(130)
  expect(await answer).toBe('cut off')
  await expect.poll(() => isRunning(database), { timeout: 5000 }).toBe(false)
})

test('with --stop-with-stdin it ends with its parent', async () => {
  const { child, exit, ready } = run([
    '--stop-with-stdin',
    '--no-build',
    '--port',
    String(ports.api),
    '--state',
    stateFolder,
  ])
  await ready()
  child.stdin.end()
  expect(await exit).toBe(0)
})

test('it ends with 1 when its DynamoDB does', async () => {
  const { exit, output, ready } = run()
  await ready()
  process.kill(databaseProcess(), 'SIGKILL')
  expect(await exit).toBe(1)
  expect(output.out).toMatch(/\* The DynamoDB of the laptop cloud \(dynoxide\) ended by itself/)
})

test('a port in use: one sentence, exit code 1', async () => {
  const squatter = createServer().listen(ports.api, '127.0.0.1')
  onTestFinished(() => void squatter.close())
  await once(squatter, 'listening')
  const { exit, output } = run()
  expect(await exit).toBe(1)
  expect(output.err).toBe(`Port ${ports.api} (API) is in use: choose the first of three free ports with --port.\n`)
  expect(output.out).not.toMatch(/^API /m)
})

test('no assembly to run: one sentence, exit code 1', async () => {
  const outdir = temporaryFolder()
  const { exit, output } = run(['--no-build', '--state', stateFolder], outdir)
  expect(await exit).toBe(1)
  expect(output.err).toBe(`${join(outdir, 'manifest.json')} cannot be read: synthesize again\n`)
  expect(existsSync(stateFolder)).toBe(false)
})

test('a folder without a config: one sentence, exit code 1', async () => {
  const folder = temporaryFolder()
  const { exit, output } = run(['--no-build'], folder, folder)
  expect(await exit).toBe(1)
  expect(output.err).toMatch(/^There is no laptop\.config\.ts in .+: .+\.\n$/)
})

test('an unknown flag: a sentence, the usage, exit code 1; --help: the usage, exit code 0', async () => {
  const wrong = run(['--ports', '3000'])
  const help = run(['--help'])
  expect([await wrong.exit, await help.exit]).toEqual([1, 0])
  expect(wrong.output.err).toMatch(/^Unknown option '--ports'/)
  expect(wrong.output.err).toContain(USAGE)
  expect(help.output.out).toBe(`${USAGE}\n`)
})
