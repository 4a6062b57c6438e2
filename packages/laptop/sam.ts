import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readAssembly } from './assembly/read-assembly.ts'
import { assemblyFor } from './assembly-for.ts'
import { DEV, deriveCredentials } from './door/credentials.ts'
import { endWith } from './end-with.ts'
import { loadConfig } from './load-config.ts'
import { readOptions } from './options.ts'
import {
  apiStack,
  exampleEvent,
  foreignArchitecture,
  functionOfRoute,
  samCommands,
  samEnvironment,
} from './sam-files.ts'
import { StartFailure } from './start-failure.ts'
import { readSeed } from './state.ts'
import { urlOf } from './url-of.ts'

/** Writes what `sam local` needs to run the functions against a laptop cloud, and prints how to call it. */
async function main(): Promise<number> {
  const project = process.cwd()
  const config = await loadConfig(project)
  // These are the flags of the laptop cloud: they decide its ports, its state and its assembly.
  const flags = process.argv.slice(2)
  const options = readOptions(flags, { project, folder: config.folder })
  const start = ['npm start --', ...flags, ...(flags.includes('--host') ? [] : ['--host 0.0.0.0'])].join(' ')
  if (!existsSync(options.stateFolder)) throw new StartFailure(`Start the laptop cloud first: ${start}`)
  const assembly = readAssembly(
    await assemblyFor({ project, config, options, write: (text) => process.stderr.write(text) }),
  )
  const { host, ports, stateFolder } = options

  const { route, clientEndpointVariables, architectureContext } = config.sam
  const environmentFile = join(project, 'sam.env.json')
  const eventFile = join(project, config.folder, `${route.toLowerCase().replace(/\W+/g, '-')}.json`)
  mkdirSync(join(project, config.folder), { recursive: true })
  const addresses = { doorPort: ports.door, apiUrl: urlOf(host, ports.api), clientEndpointVariables }
  const environment = samEnvironment(assembly, addresses)
  writeFileSync(environmentFile, `${JSON.stringify(environment, undefined, 2)}\n`)
  writeFileSync(eventFile, `${JSON.stringify(exampleEvent(route), undefined, 2)}\n`)

  const here = (path: string) => relative(process.cwd(), path)
  const commands = samCommands({
    credentials: deriveCredentials(readSeed(stateFolder), DEV),
    templateFile: here(apiStack(assembly).templateFile),
    environmentFile: here(environmentFile),
    eventFile: here(eventFile),
    functionId: functionOfRoute(assembly, route),
    port: ports.door + 1,
  })
  process.stdout.write(`Written: ${here(environmentFile)}, ${here(eventFile)}\n
Containers reach the laptop cloud only when it listens for them:

${start}

In another shell, as the identity "dev", which may do what all functions together may (Docker and the SAM CLI are yours to install):

${commands}
`)
  const foreign = foreignArchitecture(assembly, process.arch)
  if (foreign && architectureContext) {
    process.stdout.write(`
Docker has to emulate ${foreign} here. To avoid it, add this to both npm commands: -c ${architectureContext}=${foreign === 'arm64' ? 'x86_64' : 'arm64'}
`)
  }
  return 0
}

await endWith(main)
