import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundleEntries, entries } from '../../lib/bundle/bundle.ts'

export type Size = { entry: string; raw: number; gzip: number }

/** What the bundles of these entries weigh, and which of all entries carry the client of S3. */
export async function weighBundles(of: string[]): Promise<{ sizes: Size[]; withS3: string[] }> {
  const bundles = await bundleEntries()
  try {
    const sizes = of.map((entry) => {
      const code = readFileSync(join(bundles.folder(entry), 'index.mjs'))
      return { entry, raw: code.length, gzip: gzipSync(code).length }
    })
    const outputs = Object.entries(bundles.metafile.outputs)
    const withS3 = entries.filter((entry) =>
      outputs.some(([path, { inputs }]) => path.endsWith(`${entry}/index.mjs`) && hasS3(inputs)),
    )
    return { sizes, withS3 }
  } finally {
    await bundles.remove()
  }
}

function hasS3(inputs: { [path: string]: { bytesInOutput: number } }): boolean {
  return Object.entries(inputs).some(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('/client-s3/'))
}
