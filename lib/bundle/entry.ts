import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { routeKey, type Trigger } from '../../functions/rows.ts'
import type { RouteFunction } from '../route-functions.ts'

export const functions = join(import.meta.dirname, '../../functions')

/** The entry file of a function. It is made from rows and is not a file of the project. */
export type Entry = {
  name: string
  /** The folder of its code. Not nested, because a zone may have the same name as the folder of a trigger. */
  folder: string
  /** The handlers that it serves, as files below `functions/`. */
  handlers: readonly string[]
  contents: string
}

export const folderOf = (name: string) => name.replace('/', '.')

export function routesEntry({ name, routes }: RouteFunction): Entry {
  const imports = routes.map(({ entry }, index) => `import { handler as h${index} } from './${entry}.ts'`)
  const served = routes.map((route, index) => `${JSON.stringify(routeKey(route))}: h${index}`)
  const contents = [
    `import { serveRoutes } from './hosts/lambda.ts'`,
    ...imports,
    `export const handler = serveRoutes({ ${served.join(', ')} })`,
  ]
  return {
    name,
    folder: folderOf(name),
    handlers: routes.map(({ entry }) => `${entry}.ts`),
    contents: contents.join('\n'),
  }
}

export function triggerEntry({ entry }: Trigger): Entry {
  const contents = [
    `import { serveTrigger } from './hosts/lambda.ts'`,
    `import { handler as served } from './${entry}.ts'`,
    'export const handler = serveTrigger(served)',
  ]
  return { name: entry, folder: folderOf(entry), handlers: [`${entry}.ts`], contents: contents.join('\n') }
}

/** Lets esbuild find the entries by `entry:<name>`. */
export function entriesPlugin(entries: readonly Entry[]): Plugin {
  const contentsOf = new Map(entries.map(({ name, contents }) => [name, contents]))
  return {
    name: 'entries',
    setup(build) {
      build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice('entry:'.length), namespace: 'entry' }))
      build.onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => ({
        contents: contentsOf.get(path) ?? '',
        resolveDir: functions,
        loader: 'ts',
      }))
    },
  }
}
