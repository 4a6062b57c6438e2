import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { routes, triggers } from '../../functions/rows.ts'
import { zones } from '../../functions/zones.ts'
import { routeFunctions } from '../route-functions.ts'
import type { Settings } from '../settings.ts'
import { aliases, builtinHttp, packageVersionOnly, usedWiringOnly } from './diet.ts'
import { type Entry, entriesPlugin, folderOf, routesEntry, triggerEntry } from './entry.ts'
import { loadsLater } from './loads-later.ts'

const project = join(import.meta.dirname, '../..')

/** A zone of more routes is split too: what the SDK itself loads later is then left out of its start. */
const LARGE = 10

export type Bundles = Awaited<ReturnType<typeof bundleFunctions>>

/** Bundles the code of each function into its own folder. The caller removes the folders after reading them. */
export async function bundleFunctions(per: Settings['functionPer'], only?: readonly string[]) {
  // Inside the project, so that source maps do not depend on where the project is.
  await mkdir(join(project, '.lethe'), { recursive: true })
  const out = await mkdtemp(join(project, '.lethe/bundles-'))
  const entries = [...routeFunctions(per, routes, zones).map(routesEntry), ...triggers.map(triggerEntry)].filter(
    ({ name }) => only === undefined || only.includes(name),
  )
  const { apart = [], together = [] } = Object.groupBy(entries, (entry) =>
    loadsLater(entry) || entry.handlers.length > LARGE ? 'apart' : 'together',
  )
  const builds = await Promise.allSettled([bundle(together, out, {}), bundleApart(apart, out)])
  const remove = () => rm(out, { recursive: true, force: true })
  const failed = builds.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') {
    await remove()
    throw failed.reason
  }
  return {
    names: entries.map(({ name }) => name),
    folder: (name: string) => join(out, folderOf(name)),
    metafiles: builds.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    remove,
  }
}

/**
 * Functions that load something later. One call reads the code once for all of them, but shares chunks among them, and
 * every start would load dozens. So each function is put together again from what it got of that call.
 */
async function bundleApart(entries: readonly Entry[], out: string): Promise<Metafile> {
  const shared = join(out, 'shared')
  const first = await bundle(entries, shared, { splitting: true })
  const each = entries.map(({ folder }) =>
    build({
      ...OPTIONS,
      // Names of chunks follow from the paths below it, which must not hold the name of a temporary folder.
      absWorkingDir: shared,
      splitting: true,
      entryPoints: [{ in: join(shared, folder, 'index.mjs'), out: `${folder}/index` }],
      chunkNames: `${folder}/[name]-[hash]`,
      outdir: out,
    }),
  )
  const outputs = (await Promise.all(each)).map(({ metafile }) => metafile.outputs)
  return { inputs: first.inputs, outputs: withSources(Object.assign({}, ...outputs), first, shared) }
}

/** What was made of the outputs of `first`, as made of their sources. The paths in `outputs` are relative to `place`. */
function withSources(outputs: Metafile['outputs'], first: Metafile, place: string): Metafile['outputs'] {
  const inProject = (path: string) => relative(project, join(place, path))
  const sourcesOf = (path: string) => Object.entries(first.outputs[inProject(path)]?.inputs ?? {})
  return Object.fromEntries(
    Object.entries(outputs).map(([path, output]) => [
      inProject(path),
      {
        ...output,
        imports: output.imports.map((imported) => ({ ...imported, path: inProject(imported.path) })),
        inputs: Object.fromEntries(Object.keys(output.inputs).flatMap(sourcesOf)),
      },
    ]),
  )
}

const OPTIONS = {
  absWorkingDir: project,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions

async function bundle(entries: readonly Entry[], outdir: string, options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...OPTIONS,
    ...options,
    entryPoints: entries.map(({ name, folder }) => ({ in: `entry:${name}`, out: `${folder}/index` })),
    outdir,
    mainFields: ['module', 'main'],
    metafile: true,
    plugins: [entriesPlugin(entries), builtinHttp, packageVersionOnly, usedWiringOnly],
    alias: aliases,
  })
  return metafile
}
