import { join } from 'node:path'
import { build } from 'esbuild'

type Handler = keyof typeof import('./handlers.ts')

/** Bundles one of the handlers into this folder; gives its file. */
export async function bundleHandler(name: Handler, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`)
  await build({
    stdin: { contents: `export { ${name} as handler } from './handlers.ts'`, resolveDir: import.meta.dirname },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    // An ES module that imports node:http loads undici too.
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  })
  return outfile
}
