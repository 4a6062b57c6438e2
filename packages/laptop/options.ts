import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Ports } from './cloud.ts'
import type { Lifecycle } from './lambda/model.ts'
import { StartFailure } from './start-failure.ts'

/** `folder` is the one in the config. */
export const usage = (folder: string) => `npm start -- [options]

  --port <number>      first of three ports: API, outbox, AWS endpoint (3000)
  --host <address>     address to listen on (127.0.0.1)
  --lifecycle <name>   warm: processes are reused; per-request: a new one each time (warm)
  --environments <n>   most processes of one function at a time (the number of processors and one more)
  --state <folder>     what is remembered between starts (${folder}/state)
  --fresh              forget what is remembered
  -c <name=value>      context for the CDK app, as of "cdk deploy"; may be repeated
  --no-build           run cdk.out as it is
  --stop-with-stdin    stop when standard input ends
  --help               show this`

export type LaptopOptions = {
  host: string
  ports: Ports
  lifecycle: Lifecycle
  maxEnvironments: number
  stateFolder: string
  fresh: boolean
  context: Record<string, string>
  build: boolean
  stopWithStdin: boolean
  help: boolean
}

/** Reads the flags; throws a StartFailure that ends with the usage. */
export function readOptions(flags: string[], { project, folder }: { project: string; folder: string }): LaptopOptions {
  try {
    return read(flags, join(project, folder, 'state'))
  } catch (cause) {
    if (!(cause instanceof StartFailure)) throw cause
    throw new StartFailure(`${cause.message}\n\n${usage(folder)}`, { cause })
  }
}

function read(flags: string[], defaultState: string): LaptopOptions {
  const values = parseFlags(flags)
  const context = Object.fromEntries((values.context ?? []).map(nameAndValue))
  if (values['no-build'] && values.context) throw refusal('-c has no effect together with --no-build')
  return {
    host: hostFrom(values.host ?? '127.0.0.1'),
    ports: portsFrom(values.port ?? '3000'),
    lifecycle: lifecycleOf(values.lifecycle ?? 'warm'),
    maxEnvironments: environmentsFrom(values.environments),
    stateFolder: values.state === undefined ? defaultState : resolve(values.state),
    fresh: values.fresh ?? false,
    context,
    build: !values['no-build'],
    stopWithStdin: values['stop-with-stdin'] ?? false,
    help: values.help ?? false,
  }
}

function parseFlags(flags: string[]) {
  try {
    return parseArgs({
      args: flags,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        lifecycle: { type: 'string' },
        environments: { type: 'string' },
        state: { type: 'string' },
        fresh: { type: 'boolean' },
        context: { type: 'string', short: 'c', multiple: true },
        'no-build': { type: 'boolean' },
        'stop-with-stdin': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw refusal(cause instanceof Error ? cause.message : String(cause))
  }
}

function portsFrom(text: string): Ports {
  const first = Number(text)
  if (!Number.isInteger(first) || first < 1 || first > 65_533) throw refusal('--port must be a number from 1 to 65533')
  return { api: first, outbox: first + 1, door: first + 2 }
}

function hostFrom(text: string): string {
  if (/^[a-z0-9.-]+$/i.test(text)) return text
  throw refusal(`--host must be a name or an IPv4 address, not ${text}`)
}

function lifecycleOf(text: string): Lifecycle {
  if (text === 'warm' || text === 'per-request') return text
  throw refusal(`--lifecycle must be warm or per-request, not ${text}`)
}

/** One waits for an answer while the others run. More would only take memory. */
function environmentsFrom(text: string | undefined): number {
  if (text === undefined) return availableParallelism() + 1
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw refusal('--environments must be a number from 1 to 1000')
  return count
}

function nameAndValue(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw refusal(`-c wants name=value, not ${text}`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function refusal(why: string): StartFailure {
  return new StartFailure(why)
}
