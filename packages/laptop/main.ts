import { join, relative } from 'node:path'
import { assemblyFor } from './assembly-for.ts'
import { PROJECT } from './build.ts'
import { type Cloud, startCloud } from './cloud.ts'
import { endWith } from './end-with.ts'
import { createLog } from './log.ts'
import { type Options, readOptions, USAGE } from './options.ts'

const write = (text: string) => process.stdout.write(text)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), PROJECT)
  if (options.help) {
    write(`${USAGE}\n`)
    return 0
  }
  const stop = stopSignal(options)
  const assemblyFolder = await assemblyFor(options, write)
  if (stop.requested) return 0
  const log = createLog({
    write: (line) => write(`${line}\n`),
    colour: process.stdout.isTTY ?? false,
    now: () => new Date(),
  })
  const cloud = await startCloud({
    ...options,
    assemblyFolder,
    toolFolder: join(PROJECT, '.lethe'),
    dynamodbEndpoint: process.env.LETHE_DYNAMODB_ENDPOINT,
    log,
    onFailure(error) {
      log.note(error.message)
      stop.request(1)
    },
  })
  write(welcome(cloud, options))
  const exitCode = await stop.exitCode
  await cloud.close()
  return exitCode
}

function welcome({ apiUrl, outboxUrl }: Cloud, { stateFolder }: Options): string {
  return `
API      ${apiUrl}
Outbox   ${outboxUrl}
State    ${relative(process.cwd(), stateFolder) || '.'}

Sign up, then open the outbox:

  curl ${apiUrl}/users --json '{"email":"ada@example.com","password":"seven lanterns over a quiet harbour"}'

`
}

/** npm passes Ctrl-C on to a process that the terminal has told already: two at once are one. */
const SAME_KEY_PRESS_MS = 500

function stopSignal({ stopWithStdin }: Options) {
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
