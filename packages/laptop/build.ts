import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readAssembly } from './assembly/read-assembly.ts'
import { StartFailure } from './start-failure.ts'

export const PROJECT = join(import.meta.dirname, '../..')

type BuildOptions = {
  /** Where tokens say they come from; `{bucket}` stands for the issuer bucket. */
  issuerUrl: string
  /** Further CDK context, as by `-c name=value`. */
  context: Record<string, string>
  write(text: string): void
  project?: string
  outdir?: string
}

/** What `outdir` was made from, and what was made: `cdk deploy` writes there too. */
type Built = { inputs: string; outputs: string }

const INPUTS = ['bin', 'lib', 'functions', 'package-lock.json', 'cdk.json']

/** Synthesizes the CDK app unless nothing it depends on has changed; gives the assembly's folder. */
export async function buildAssembly(options: BuildOptions): Promise<string> {
  const { project = PROJECT, outdir = join(project, 'cdk.out'), write } = options
  const context = contextOf(project, options)
  const inputs = hashInputs(project, context)
  const record = join(project, '.lethe/build.json')
  const built = readRecord(record)
  if (built[outdir]?.inputs === inputs && built[outdir].outputs === hashOutputs(outdir)) return outdir
  write(`Synthesizing ${relative(process.cwd(), outdir)} ...\n`)
  await synthesize(project, outdir, context, write)
  const outputs = hashOutputs(outdir)
  if (!outputs) throw new StartFailure(`The CDK app wrote no complete assembly to ${outdir}.`)
  mkdirSync(join(project, '.lethe'), { recursive: true })
  writeFileSync(record, JSON.stringify({ ...built, [outdir]: { inputs, outputs } }, undefined, 2))
  return outdir
}

function contextOf(project: string, { issuerUrl, context }: BuildOptions): string {
  const { context: ofProject = {} } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'))
  return JSON.stringify({
    ...ofProject,
    issuerUrl,
    // Without them `sam local` finds no code; only the CDK CLI switches them on by itself.
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:enable-path-metadata': true,
    ...context,
  })
}

async function synthesize(project: string, outdir: string, context: string, write: (text: string) => void) {
  const child = spawn(process.execPath, ['bin/lethe.ts'], {
    cwd: project,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: context },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text))
  const ended = Promise.withResolvers<number | null>()
  child.once('error', ended.reject).once('close', ended.resolve)
  if ((await ended.promise) === 0) return
  write(output.join(''))
  throw new StartFailure('The CDK app could not be synthesized: its output stands above (node bin/lethe.ts).')
}

function hashInputs(project: string, context: string): string {
  const hash = createHash('sha256').update(`${process.version}\n${context}\n`)
  for (const input of INPUTS) {
    const path = join(project, input)
    for (const file of input.includes('.') ? [path] : filesBelow(path)) {
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

/** Undefined when the assembly is missing or lacks one of its files. */
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

/** Only a note to save time: one that cannot be read costs a synthesis. */
function readRecord(file: string): Record<string, Built> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
