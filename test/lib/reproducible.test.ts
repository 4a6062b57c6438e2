import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import cdkJson from '../../cdk.json' with { type: 'json' }

const project = join(import.meta.dirname, '../..')
const temporary = mkdtempSync(join(tmpdir(), 'lethe-clones-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

/** Scopes and packages of which something is bundled: their files stand in source maps, so each clone has its own. */
const BUNDLED = [
  '@aws',
  '@aws-sdk',
  '@middy',
  '@smithy',
  '@valibot',
  '@zxcvbn-ts',
  'bowser',
  'jose',
  'tslib',
  'valibot',
]

/** As a fresh clone with its packages, in a folder of its own; tools that are not bundled are shared. */
function clone(folder: string): string {
  for (const part of ['bin', 'functions', 'lib', 'package.json']) {
    cpSync(join(project, part), join(folder, part), { recursive: true })
  }
  const packages = join(folder, 'node_modules')
  mkdirSync(packages)
  for (const name of readdirSync(join(project, 'node_modules'))) {
    const from = join(project, 'node_modules', name)
    if (BUNDLED.includes(name)) cpSync(from, join(packages, name), { recursive: true })
    else symlinkSync(from, join(packages, name))
  }
  return folder
}

/** The assets of both stacks by their hashes. */
function assetsOf(folder: string): Record<string, string[]> {
  const outdir = join(folder, 'cdk.out')
  const { status, stderr } = spawnSync(process.execPath, ['bin/lethe.ts'], {
    cwd: folder,
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(cdkJson.context) },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const stacks = ['LetheState', 'LetheApi'].map((stack) => {
    const { files } = JSON.parse(readFileSync(join(outdir, `${stack}.assets.json`), 'utf8'))
    return [stack, Object.keys(files).sort()] as const
  })
  return Object.fromEntries(stacks)
}

it('two clones in different folders give the same assets', () => {
  const [here, there] = [clone(join(temporary, 'a')), clone(join(temporary, 'further/down/b'))].map(assetsOf)
  expect(there).toEqual(here)
  // A template and the code of each function.
  expect(here?.LetheApi?.length).toBeGreaterThan(10)
})
