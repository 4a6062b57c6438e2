import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readAssembly } from './assembly/read-assembly.ts'
import { assemblyFor } from './assembly-for.ts'
import { PROJECT } from './build.ts'
import { DEV, deriveCredentials } from './door/credentials.ts'
import { endWith } from './end-with.ts'
import { readOptions } from './options.ts'
import {
  apiStack,
  foreignArchitecture,
  HEALTH_EVENT,
  healthFunction,
  samCommands,
  samEnvironment,
} from './sam-files.ts'
import { StartFailure } from './start-failure.ts'
import { readSeed } from './state.ts'
import { urlOf } from './url-of.ts'

/** Writes what `sam local` needs to run the functions against a laptop cloud, and prints how to call it. */
async function main(): Promise<number> {
  // The flags of the laptop cloud: they decide its ports, its state and its assembly.
  const flags = process.argv.slice(2)
  const options = readOptions(flags, PROJECT)
  const start = ['npm start --', ...flags, ...(flags.includes('--host') ? [] : ['--host 0.0.0.0'])].join(' ')
  if (!existsSync(options.stateFolder)) throw new StartFailure(`Start the laptop cloud first: ${start}`)
  const assembly = readAssembly(await assemblyFor(options, (text) => process.stderr.write(text)))
  const { host, ports, stateFolder } = options

  const environmentFile = join(PROJECT, 'sam.env.json')
  const eventFile = join(PROJECT, '.lethe/get-health.json')
  mkdirSync(join(PROJECT, '.lethe'), { recursive: true })
  const environment = samEnvironment(assembly, { doorPort: ports.door, apiUrl: urlOf(host, ports.api) })
  writeFileSync(environmentFile, `${JSON.stringify(environment, undefined, 2)}\n`)
  writeFileSync(eventFile, `${JSON.stringify(HEALTH_EVENT, undefined, 2)}\n`)

  const here = (path: string) => relative(process.cwd(), path)
  const commands = samCommands({
    credentials: deriveCredentials(readSeed(stateFolder), DEV),
    templateFile: here(apiStack(assembly).templateFile),
    environmentFile: here(environmentFile),
    eventFile: here(eventFile),
    functionId: healthFunction(assembly),
    port: ports.door + 1,
  })
  process.stdout.write(`Written: ${here(environmentFile)}, ${here(eventFile)}\n
Containers reach the laptop cloud only when it listens for them:

${start}

In another shell, as the identity "dev", which may do what all functions together may (Docker and the SAM CLI are yours to install):

${commands}
`)
  const foreign = foreignArchitecture(assembly, process.arch)
  if (foreign) {
    process.stdout.write(`
Docker has to emulate ${foreign} here. To avoid it, add this to both npm commands: -c architecture=${foreign === 'arm64' ? 'x86_64' : 'arm64'}
`)
  }
  return 0
}

await endWith(main)
