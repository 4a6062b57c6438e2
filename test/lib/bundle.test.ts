import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleEntries, entries } from '../../lib/bundle/bundle.ts'
import { routes } from '../../lib/routes.ts'
import { type ColdStart, measureColdStarts, REQUESTS } from '../figures/cold-start.ts'

let bundles: Awaited<ReturnType<typeof bundleEntries>>
let coldStarts: Map<string, ColdStart[]>

beforeAll(async () => {
  bundles = await bundleEntries()
  coldStarts = await measureColdStarts(1)
}, 60_000)
afterAll(() => bundles.remove())

/** The files that esbuild put into an entry's bundle, relative to the project. */
function filesIn(entry: string): string[] {
  const output = Object.entries(bundles.metafile.outputs).find(([path]) => path.endsWith(`${entry}/index.mjs`))
  if (!output) throw new Error(`no bundle of ${entry}`)
  return Object.entries(output[1].inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []))
}

const entriesHolding = (part: string) => entries.filter((entry) => filesIn(entry).some((file) => file.includes(part)))

const isOfRoute = (entry: string) => routes.some((route) => route.entry === entry)

describe('bundles', () => {
  it.each(Object.keys(REQUESTS))('%s stays below 250 KB, 85 KB gzip', (entry) => {
    const code = readFileSync(join(bundles.folder(entry), 'index.mjs'))
    expect(code.length).toBeLessThanOrEqual(250_000)
    expect(gzipSync(code).length).toBeLessThanOrEqual(85_000)
  })

  it('holds the word list where a password is set, nowhere else', () => {
    expect(entriesHolding('@zxcvbn-ts')).toEqual(['accounts/sign-up'])
  })

  it('holds password hashing where a password or a typed code is judged or kept', () => {
    expect(entriesHolding('crypto/passwords.ts').sort()).toEqual(
      ['accounts/sign-in', 'accounts/sign-up', 'accounts/verify-user', 'accounts/on-mail-message'].sort(),
    )
  })

  it('holds the key ring where tokens are signed and where it is made', () => {
    expect(entriesHolding('keys/key-ring-store.ts').sort()).toEqual(
      ['sessions/refresh-session', 'accounts/sign-in', 'keys/on-deployment'].sort(),
    )
  })

  it('holds the client of S3 where S3 itself is asked: to sign a URL takes none', () => {
    const routesHolding = entriesHolding('@aws-sdk/client-s3').filter(isOfRoute)
    expect(routesHolding.sort()).toEqual(['uploads/complete-upload', 'uploads/get-upload'])
  })

  it.each(['@aws-sdk/credential-provider-ini', 'mnemonist'])('holds %s in no route', (part) => {
    expect(entriesHolding(part).filter(isOfRoute)).toEqual([])
  })

  /** Why there are two figures: docs/decisions/0003. */
  const mostFiles = (entry: string) => (/^(accounts|sessions)\//.test(entry) ? 20 : 29)

  it.each(routes.map(({ entry }) => [entry, mostFiles(entry)]))(
    '%s has at most %d project files behind it',
    (entry, most) => {
      expect(filesIn(String(entry)).filter((file) => file.startsWith('functions/')).length).toBeLessThanOrEqual(
        Number(most),
      )
    },
  )
})

describe('a cold start', () => {
  it.each(Object.entries(REQUESTS))('of %s works and loads no undici, up to its first answer', (entry, { status }) => {
    const [start] = coldStarts.get(entry) ?? []
    expect(start).toMatchObject({ statusCode: status, undici: [] })
  })

  it('of the plain bundle does load undici: the check can see it', () => {
    expect(coldStarts.get('plain')?.[0]?.undici).not.toEqual([])
  })
})
