import { resolve } from 'node:path'
import { buildAssembly, PROJECT } from './build.ts'
import type { Options } from './options.ts'
import { urlOf } from './url-of.ts'

/** The assembly that a laptop cloud with these options runs. CDK_OUTDIR moves it, as it does for the CDK itself. */
export async function assemblyFor(options: Options, write: (text: string) => void): Promise<string> {
  const { build, host, ports, context } = options
  const outdir = resolve(PROJECT, process.env.CDK_OUTDIR || 'cdk.out')
  if (!build) return outdir
  // A laptop has a scanner, if a false one: what waits for it in the cloud waits here too.
  const withScanner = { scanner: 'events', ...context }
  const issuerUrl = `${urlOf(host, ports.outbox)}/{bucket}`
  return await buildAssembly({ issuerUrl, context: withScanner, write, outdir })
}
