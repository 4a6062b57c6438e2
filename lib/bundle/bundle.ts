import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { routes } from '../routes.ts'
import { triggers } from '../triggers.ts'
import { aliases, builtinHttp, packageVersionOnly } from './diet.ts'

const functions = join(import.meta.dirname, '../../functions')

export const entries = [...routes, ...Object.values(triggers)].map((work) => work.entry)

/** One esbuild call for all entries, into a folder that is the caller's to remove once it was read. */
export async function bundleEntries() {
  const out = await mkdtemp(join(tmpdir(), 'lethe-bundles-'))
  const { metafile } = await build({
    entryPoints: entries.map((entry) => ({ in: join(functions, `${entry}.ts`), out: join(entry, 'index') })),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    plugins: [builtinHttp, packageVersionOnly],
    alias: aliases,
  })
  return {
    folder: (entry: string) => join(out, entry),
    metafile,
    remove: () => rm(out, { recursive: true, force: true }),
  }
}
