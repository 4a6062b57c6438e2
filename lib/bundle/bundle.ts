import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { routes } from '../routes.ts'
import { triggers } from '../triggers.ts'

const root = join(import.meta.dirname, '../..')
const out = join(root, '.lethe/bundles')

/**
 * `import 'node:http'` builds a namespace whose WebSocket getter loads undici: 17 ms and 12 MB that a cold start
 * does not have to pay. The built-in itself is already there.
 */
const builtinHttp: Plugin = {
  name: 'builtin-http',
  setup(build) {
    build.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'builtin-http' }))
    build.onLoad({ filter: /.*/, namespace: 'builtin-http' }, () => ({
      contents: `module.exports = process.getBuiltinModule('node:http')`,
    }))
  },
}

export const entries = [...routes, ...Object.values(triggers)].map((work) => work.entry)

/** One esbuild call for all entries; gives the folder of each. */
export async function bundleEntries(): Promise<(entry: string) => string> {
  await rm(out, { recursive: true, force: true })
  await build({
    entryPoints: entries.map((entry) => ({
      in: join(root, 'functions', `${entry}.ts`),
      out: join(entry, 'index'),
    })),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [builtinHttp],
    // The provider chain (SSO, STS, INI files) is 130 KB that Lambda never needs: its credentials are variables.
    alias: {
      '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'environment-credentials.ts'),
    },
  })
  return (entry) => join(out, entry)
}
