import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readAssembly } from './assembly/read-assembly.ts'
import { StartFailure } from './start-failure.ts'

export type BuildOptions = {
  project: string
  /** In the project, for a note about what was built. */
  folder: string
  /** The file of the CDK app, in the project. */
  entry: string
  inputs: string[]
  /** CDK context that is added to that of cdk.json. */
  context: Record<string, string>
  write(text: string): void
  outdir?: string
}

/** What an assembly was made from, and what was made: `cdk deploy` writes into the same folder. */
type BuildRecord = { inputs: string; outputs: string }

/** Synthesizes the CDK app if something that it is made from has changed; gives the assembly's folder. */
export async function buildAssembly(options: BuildOptions): Promise<string> {
  const { project, outdir = join(project, 'cdk.out'), write } = options
  const context = contextOf(options)
  const inputs = hashInputs(options, context)
  const record = join(project, options.folder, 'build.json')
  const built = readRecord(record)
  if (built[outdir]?.inputs === inputs && built[outdir].outputs === hashOutputs(outdir)) return outdir
  write(`Synthesizing ${relative(process.cwd(), outdir)} ...\n`)
  await synthesize(options, outdir, context)
  const outputs = hashOutputs(outdir)
  if (!outputs) throw new StartFailure(`The CDK app wrote no complete assembly to ${outdir}.`)
  mkdirSync(join(project, options.folder), { recursive: true })
  writeFileSync(record, JSON.stringify({ ...built, [outdir]: { inputs, outputs } }, undefined, 2))
  return outdir
}

function contextOf({ project, context }: BuildOptions): string {
  const { context: ofProject = {} } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'))
  return JSON.stringify({
    ...ofProject,
    // Without them `sam local` does not find the code. The CDK CLI sets them too.
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:enable-path-metadata': true,
    ...context,
  })
}

async function synthesize({ project, entry, write }: BuildOptions, outdir: string, context: string) {
  const child = spawn(process.execPath, [entry], {
    cwd: project,
    // The rules of CloudFormation are about deployments, and take a third of the time.
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: context, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text))
  const ended = Promise.withResolvers<number | null>()
  child.once('error', ended.reject).once('close', ended.resolve)
  if ((await ended.promise) === 0) return
  write(output.join(''))
  throw new StartFailure(`The CDK app could not be synthesized: its output stands above (node ${entry}).`)
}

function hashInputs({ project, entry, inputs }: BuildOptions, context: string): string {
  const hash = createHash('sha256').update(`${process.version}\n${entry}\n${context}\n`)
  for (const input of inputs) {
    const path = join(project, input)
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found) throw new StartFailure(`laptop.config.ts names the input ${input}, but there is no ${path}.`)
    for (const file of found.isDirectory() ? filesBelow(path) : [path]) {
      hash.update(`${relative(project, file)}\n`).update(createHash('sha256').update(readFileSync(file)).digest())
    }
  }
  return hash.digest('hex')
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Undefined if the assembly, or one of its files, is missing. */
function hashOutputs(outdir: string): string | undefined {
  try {
    const { stacks } = readAssembly(outdir)
    const hash = createHash('sha256').update(readFileSync(join(outdir, 'manifest.json')))
    for (const { templateFile } of stacks) hash.update(readFileSync(templateFile))
    return hash.digest('hex')
  } catch (error) {
    if (error instanceof StartFailure) return undefined
    throw error
  }
}

/** By folder. The record only saves time: without a readable one, the app is synthesized again. */
function readRecord(file: string): Record<string, BuildRecord> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
