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

/** Each SDK client imports its whole package.json, but reads only its version. */
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
 * A noun's wiring makes all its stores, but a function uses only some of them. esbuild leaves out the others only if it
 * knows that making one has no side effects, so each call of `once` is marked as pure.
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
