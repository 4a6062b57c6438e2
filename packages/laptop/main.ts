import { join, relative } from 'node:path'
import { assemblyFor } from './assembly-for.ts'
import { type Cloud, startCloud } from './cloud.ts'
import type { LaptopConfig } from './config.ts'
import { endWith } from './end-with.ts'
import { loadConfig } from './load-config.ts'
import { createLog } from './log.ts'
import { type LaptopOptions, readOptions, usage } from './options.ts'

const write = (text: string) => process.stdout.write(text)

async function main(): Promise<number> {
  const project = process.cwd()
  const config = await loadConfig(project)
  const options = readOptions(process.argv.slice(2), { project, folder: config.folder })
  if (options.help) {
    write(`${usage(config.folder)}\n`)
    return 0
  }
  const stop = stopSignal(options)
  const assemblyFolder = await assemblyFor({ project, config, options, write })
  if (stop.requested) return 0
  const log = createLog({
    write: (line) => write(`${line}\n`),
    colour: process.stdout.isTTY ?? false,
    now: () => new Date(),
  })
  const cloud = await startCloud({
    ...options,
    config,
    assemblyFolder,
    toolFolder: join(project, config.folder),
    dynamodbEndpoint: process.env[config.dynamodb.endpointVariable],
    log,
    onFailure(error) {
      log.note(error.message)
      stop.request(1)
    },
  })
  write(greeting(cloud, options, config))
  const exitCode = await stop.exitCode
  await cloud.close()
  return exitCode
}

function greeting({ apiUrl, outboxUrl, doorUrl }: Cloud, { stateFolder }: LaptopOptions, config: LaptopConfig): string {
  return `
API      ${apiUrl}
Outbox   ${outboxUrl}
State    ${relative(process.cwd(), stateFolder) || '.'}

${config.welcome({ apiUrl, outboxUrl, endpointUrl: doorUrl })}

`
}

/** On Ctrl-C the terminal sends a signal, and npm sends one too: within this time, both are the same key press. */
const SAME_KEY_PRESS_MS = 500

function stopSignal({ stopWithStdin }: LaptopOptions) {
  const { promise: exitCode, resolve } = Promise.withResolvers<number>()
  const stop = { requested: false, exitCode, request }
  let askedAt = 0
  function request(code: number) {
    stop.requested = true
    askedAt = Date.now()
    resolve(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!stop.requested) request(0)
      else if (Date.now() - askedAt > SAME_KEY_PRESS_MS) process.exit(130)
    })
  }
  if (stopWithStdin) process.stdin.once('end', () => request(0)).resume()
  return stop
}

await endWith(main)
