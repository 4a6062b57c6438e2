import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { aliases, builtinHttp, packageVersionOnly } from '../../../lib/bundle/diet.ts'
import { fakeAws } from './fake-aws.ts'

const run = promisify(execFile)
const ROUNDS = 5
const CLIENTS = ['plain', 'thin'] as const

type Client = (typeof CLIENTS)[number]
export type CpuOfCall = { young: number; grown: number; old: number }

/** Milliseconds of CPU for one GetItem by the SDK's own client and by ours: medians of fresh processes, in turn. */
export async function measureStoreCalls(): Promise<Record<Client, CpuOfCall>> {
  const aws = await fakeAws()
  const folder = await mkdtemp(join(tmpdir(), 'lethe-store-calls-'))
  try {
    await bundle(folder)
    const found: Record<Client, CpuOfCall[]> = { plain: [], thin: [] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of CLIENTS) found[name].push(await oneProcess(join(folder, `${name}.mjs`), aws.endpoint))
    }
    return { plain: medians(found.plain), thin: medians(found.thin) }
  } finally {
    aws.close()
    await rm(folder, { recursive: true })
  }
}

/** Both as functions are bundled. */
async function bundle(outdir: string): Promise<void> {
  const folder = join(import.meta.dirname, 'store-calls')
  await build({
    entryPoints: CLIENTS.map((name) => join(folder, `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins: [builtinHttp, packageVersionOnly],
    alias: aliases,
  })
}

async function oneProcess(BUNDLE: string, AWS_ENDPOINT_URL: string): Promise<CpuOfCall> {
  const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }
  const child = join(import.meta.dirname, 'store-calls', 'child.mjs')
  const { stdout } = await run(process.execPath, [child], { env: { BUNDLE, AWS_ENDPOINT_URL, ...credentials } })
  return JSON.parse(stdout)
}

function medians(found: CpuOfCall[]): CpuOfCall {
  const median = (of: (cpu: CpuOfCall) => number) => found.map(of).toSorted((a, b) => a - b)[found.length >> 1] ?? NaN
  return { young: median((cpu) => cpu.young), grown: median((cpu) => cpu.grown), old: median((cpu) => cpu.old) }
}
