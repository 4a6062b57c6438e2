import { resolve } from 'node:path'
import { buildAssembly } from './build.ts'
import type { LaptopConfig } from './config.ts'
import type { LaptopOptions } from './options.ts'
import { urlOf } from './url-of.ts'

export type AssemblyRequest = {
  project: string
  config: LaptopConfig
  options: LaptopOptions
  write(text: string): void
}

/** The folder of the assembly to run. The environment variable CDK_OUTDIR moves it, as it does for the CDK itself. */
export async function assemblyFor({ project, config, options, write }: AssemblyRequest): Promise<string> {
  const { build, host, ports } = options
  const outdir = resolve(project, process.env.CDK_OUTDIR || 'cdk.out')
  if (!build) return outdir
  const addresses = {
    apiUrl: urlOf(host, ports.api),
    outboxUrl: urlOf(host, ports.outbox),
    endpointUrl: urlOf(host, ports.door),
  }
  const context = { ...config.app.context(addresses), ...options.context }
  return await buildAssembly({ project, folder: config.folder, ...config.app, context, write, outdir })
}
