import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes, triggers } from '../../functions/rows.ts'
import { zones } from '../../functions/zones.ts'
import { type Bundles, bundleFunctions } from '../../lib/bundle/bundle.ts'
import { type ColdStart, measureColdStarts, REQUESTS } from '../programs/figures/cold-start.ts'
import { initSize, type Part, partsOf } from '../programs/figures/init-size.ts'

let bundles: Bundles
let coldStarts: Map<string, ColdStart[]>

beforeAll(async () => {
  bundles = await bundleFunctions('zone')
  coldStarts = await measureColdStarts(1)
})
afterAll(() => bundles.remove())

const ZONES = Object.keys(zones)

/** The functions that hold a file: when they start, or at any time. */
function functionsHolding(part: string, when: Part['when'] | 'any', of: readonly string[] = bundles.names): string[] {
  return of.filter((name) =>
    partsOf(bundles, name).some(({ path, when: loaded }) => path.includes(part) && (when === 'any' || loaded === when)),
  )
}

describe('bundles', () => {
  it('are of all zones and triggers', () => {
    expect(bundles.names.toSorted()).toEqual([...ZONES, ...triggers.map(({ entry }) => entry)].toSorted())
  })

  /** Measured, with little room, so that they do not creep up. Uploads share parts of the SDK with the client of S3. */
  const mostOf = (name: string) =>
    name === 'uploads' ? { raw: 310_000, gzip: 105_000 } : { raw: 295_000, gzip: 98_000 }

  it.each(ZONES)('%s loads no more than its budget when it starts', (name) => {
    const { raw, gzip } = initSize(bundles, name)
    expect(raw).toBeLessThanOrEqual(mostOf(name).raw)
    expect(gzip).toBeLessThanOrEqual(mostOf(name).gzip)
  })

  it('hold the word list where a password is set, and load it when one is judged', () => {
    expect(functionsHolding('@zxcvbn-ts', 'any')).toEqual(['sign-up'])
    expect(functionsHolding('@zxcvbn-ts', 'start')).toEqual([])
  })

  it('hold password hashing where a password or a typed code is judged or kept', () => {
    expect(functionsHolding('crypto/passwords.ts', 'any').toSorted()).toEqual(
      ['accounts/on-mail-message', 'sign-in', 'sign-up'].toSorted(),
    )
    const hashing = Object.entries(zones).filter(([, zone]) => 'hashes' in zone)
    expect(functionsHolding('crypto/passwords.ts', 'any', ZONES).toSorted()).toEqual(
      hashing.map(([name]) => name).toSorted(),
    )
  })

  it('hold the key ring where tokens are signed and where it is made', () => {
    expect(functionsHolding('keys/key-ring-store.ts', 'any').toSorted()).toEqual(
      ['keys/on-deployment', 'refresh', 'sign-in'].toSorted(),
    )
  })

  it('hold the client of S3 where S3 itself is asked, and load it then: to sign a URL takes none', () => {
    expect(functionsHolding('@aws-sdk/client-s3', 'any', ZONES)).toEqual(['uploads'])
    expect(functionsHolding('@aws-sdk/client-s3', 'start', ZONES)).toEqual([])
  })

  it.each(['@aws-sdk/credential-provider-ini', 'mnemonist'])('hold %s in no zone', (part) => {
    expect(functionsHolding(part, 'any', ZONES)).toEqual([])
  })

  it('have a folder each, with nothing in it but their own files', () => {
    for (const name of bundles.names) {
      const files = readdirSync(bundles.folder(name), { recursive: true, encoding: 'utf8' })
      expect(files).toContain('index.mjs')
      expect(files.filter((file) => !/^[\w-]+\.mjs(\.map)?$/.test(file))).toEqual([])
    }
  })

  it('map back to files inside the project, and say nothing of where it lies', () => {
    for (const name of bundles.names) {
      const { sources } = JSON.parse(readFileSync(join(bundles.folder(name), 'index.mjs.map'), 'utf8'))
      expect(
        sources.filter(
          (source: string) => !/^(\.\.\/){3,5}(functions|lib|node_modules|packages)\/|^[\w-]+:|index\.ts$/.test(source),
        ),
      ).toEqual([])
    }
  })
})

describe('with a function for each route', () => {
  it('there is a bundle for each, with what its own row needs', async () => {
    const each = await bundleFunctions('route', ['files/get-file', 'uploads/complete-upload'])
    try {
      expect(each.names).toEqual(['uploads/complete-upload', 'files/get-file'])
      const parts = (name: string) => partsOf(each, name).map(({ path }) => path)
      expect(parts('files/get-file')).toContain('functions/files/get-file.ts')
      expect(parts('files/get-file')).not.toContain('functions/files/get-folder.ts')
      expect(parts('files/get-file').some((path) => path.includes('client-s3'))).toBe(false)
      expect(parts('uploads/complete-upload').some((path) => path.includes('client-s3'))).toBe(true)
    } finally {
      await each.remove()
    }
  })
})

describe('a cold start', () => {
  it('is measured of hot routes', () => {
    for (const { zone, method, path } of Object.values(REQUESTS)) {
      expect(routes.some((route) => route.zone === zone && route.method === method && route.path === path)).toBe(true)
    }
  })

  it.each(Object.entries(REQUESTS))('of %s works and loads no undici, up to its first answer', (name, { status }) => {
    const [start] = coldStarts.get(name) ?? []
    expect(start).toMatchObject({ statusCode: status, undici: [] })
  })

  it('of the plain bundle does load undici: the check can see it', () => {
    expect(coldStarts.get('plain')?.[0]?.undici).not.toEqual([])
  })
})
