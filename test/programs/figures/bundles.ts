import { zones } from '../../../functions/zones.ts'
import { bundleFunctions } from '../../../lib/bundle/bundle.ts'
import { initSize, partsOf } from './init-size.ts'

export type Size = { name: string; raw: number; gzip: number; files: number }

/** What the functions of the zones load when they start, and which of them load the client of S3 then. */
export async function weighBundles(): Promise<{ sizes: Size[]; withS3: string[] }> {
  const names = Object.keys(zones)
  const bundles = await bundleFunctions('zone', names)
  try {
    const sizes = names.map((name) => ({ name, ...initSize(bundles, name) }))
    const withS3 = names.filter((name) =>
      partsOf(bundles, name).some(({ path, when }) => when === 'start' && path.includes('/client-s3/')),
    )
    return { sizes, withS3 }
  } finally {
    await bundles.remove()
  }
}
