import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import type { Bundles } from '../../../lib/bundle/bundle.ts'

const root = join(import.meta.dirname, '../../..')

/** A file in the bundle of a function, and whether it is loaded when the function starts or when it is needed. */
export type Part = { path: string; bytes: number; when: 'start' | 'later' }

/** The outputs in the folder of a function. */
function outputsOf({ metafiles, folder }: Bundles, name: string): Metafile['outputs'] {
  const place = `${relative(root, folder(name))}/`
  const outputs = metafiles.flatMap((metafile) => Object.entries(metafile.outputs))
  const own = outputs.filter(([path]) => path.startsWith(place) && path.endsWith('.mjs'))
  if (own.length === 0) throw new Error(`no bundle of ${name}`)
  return Object.fromEntries(own)
}

/** The outputs that `index.mjs` needs before it can run, itself first. */
function loadedAtStart(outputs: Metafile['outputs']): string[] {
  const found = Object.keys(outputs).filter((path) => path.endsWith('/index.mjs'))
  for (const path of found) {
    for (const { kind, path: imported } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[imported] && !found.includes(imported)) found.push(imported)
    }
  }
  return found
}

export function partsOf(bundles: Bundles, name: string): Part[] {
  const outputs = outputsOf(bundles, name)
  const start = loadedAtStart(outputs)
  return Object.entries(outputs).flatMap(([output, { inputs }]) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(
        ([path, { bytesInOutput: bytes }]) =>
          ({ path, bytes, when: start.includes(output) ? 'start' : 'later' }) as const,
      ),
  )
}

/** Bytes that are loaded when a function starts, as they are and by gzip. */
export function initSize(bundles: Bundles, name: string): { raw: number; gzip: number; files: number } {
  const code = loadedAtStart(outputsOf(bundles, name)).map((path) => readFileSync(join(root, path)))
  const sum = (sizes: number[]) => sizes.reduce((all, size) => all + size, 0)
  return {
    raw: sum(code.map(({ length }) => length)),
    gzip: sum(code.map((bytes) => gzipSync(bytes).length)),
    files: code.length,
  }
}
