import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

/** What a cold start does not have to load. Each plugin takes out something that a Lambda function cannot use. */

/**
 * `import 'node:http'` builds a namespace whose WebSocket getter loads undici: 17 ms and 12 MB. The built-in itself is
 * there already, loaded by the runtime.
 */
export const builtinHttp: Plugin = {
  name: 'builtin-http',
  setup(build) {
    build.onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'builtin-http' }))
    build.onLoad({ filter: /.*/, namespace: 'builtin-http' }, () => ({
      contents: `module.exports = process.getBuiltinModule('node:http')`,
    }))
  },
}

/** Each SDK client reads its version out of its whole package.json. */
export const packageVersionOnly: Plugin = {
  name: 'package-version-only',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify({ version: JSON.parse(await readFile(path, 'utf8')).version }),
      loader: 'json',
    }))
  },
}

/**
 * A noun's wiring names all its stores, and a function uses some of them. esbuild leaves the others out only where it is
 * told that making one does nothing: `once` is known to be such a call.
 */
export const usedWiringOnly: Plugin = {
  name: 'used-wiring-only',
  setup(build) {
    build.onLoad({ filter: /\/functions\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/= once\(/g, '= /* @__PURE__ */ once('),
      loader: 'ts',
    }))
  },
}

export const aliases = {
  // The provider chain (SSO, STS, INI files) is 130 KB that Lambda never needs: its credentials are variables.
  '@aws-sdk/credential-provider-node': join(import.meta.dirname, 'environment-credentials.ts'),
  // Endpoint discovery is off for DynamoDB unless asked for, but brings a cache of 8 KB.
  '@aws-sdk/endpoint-cache': join(import.meta.dirname, 'no-endpoint-cache.ts'),
}
