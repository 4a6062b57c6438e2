import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
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
  // Functions that load nothing later are bundled in one call, which is fast. The others get a call each: in one call
  // esbuild would share their chunks among all functions, and every start would load dozens.
  const { apart = [], together = [] } = Object.groupBy(entries, (entry) =>
    loadsLater(entry) || entry.handlers.length > LARGE ? 'apart' : 'together',
  )
  const builds = await Promise.allSettled([
    bundle(together, out, {}),
    ...apart.map((entry) => bundle([entry], out, { splitting: true, chunkNames: `${entry.folder}/[name]-[hash]` })),
  ])
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

async function bundle(entries: readonly Entry[], outdir: string, options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    entryPoints: entries.map(({ name, folder }) => ({ in: `entry:${name}`, out: `${folder}/index` })),
    absWorkingDir: project,
    outdir,
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
    plugins: [entriesPlugin(entries), builtinHttp, packageVersionOnly, usedWiringOnly],
    alias: aliases,
  })
  return metafile
}
