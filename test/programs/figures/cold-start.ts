import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { bundleFunctions } from '../../../lib/bundle/bundle.ts'
import { FILE, fakeAws, SUM_OF_NOTHING } from './fake-aws.ts'

const run = promisify(execFile)

export type ColdStart = {
  load: number
  answered: number
  done: number
  statusCode: number
  body: string
  undici: string[]
}

type Aws = Awaited<ReturnType<typeof fakeAws>>
type Request = {
  zone: string
  method: string
  path: string
  status: number
  id?: string
  body?: (aws: Aws) => object
}

/** Hot routes of the zones, each with a request that it can answer. The last two sign URLs of S3. */
export const REQUESTS = {
  sessions: { zone: 'sessions', method: 'DELETE', path: '/sessions/current', status: 204 },
  account: { zone: 'account', method: 'GET', path: '/me', status: 200 },
  refresh: {
    zone: 'refresh',
    method: 'POST',
    path: '/sessions/refresh',
    status: 200,
    body: ({ refreshToken }) => ({ refreshToken }),
  },
  uploads: {
    zone: 'uploads',
    method: 'POST',
    path: '/files',
    status: 201,
    body: () => ({ name: 'new', size: 0, sha256: SUM_OF_NOTHING }),
  },
  files: { zone: 'files', method: 'GET', path: '/files/{id}/content', status: 200, id: FILE },
} as const satisfies Record<string, Request>

/** Cold starts of our hot bundles and of the plain one, each in a new process, in turn, against the same fake store. */
export async function measureColdStarts(rounds: number): Promise<Map<string, ColdStart[]>> {
  const aws = await fakeAws()
  const zones = Object.values(REQUESTS).map(({ zone }) => zone)
  const bundles = await bundleFunctions('zone', zones)
  const yardstick = await mkdtemp(join(tmpdir(), 'lethe-yardstick-'))
  try {
    await buildPlainHot(yardstick)
    const files = new Map([['plain', join(yardstick, 'index.mjs')]])
    for (const [name, { zone }] of Object.entries(REQUESTS)) files.set(name, join(bundles.folder(zone), 'index.mjs'))
    const starts = new Map<string, ColdStart[]>()
    for (let round = 0; round < rounds; round++) {
      for (const [name, bundle] of files) {
        starts.set(name, [...(starts.get(name) ?? []), await coldStart(bundle, name, aws)])
      }
    }
    return starts
  } finally {
    aws.close()
    await bundles.remove()
    await rm(yardstick, { recursive: true })
  }
}

/** Bundled and minified, but with no plugin and no alias. */
async function buildPlainHot(outdir: string) {
  await build({
    entryPoints: { index: join(import.meta.dirname, 'plain-hot.ts') },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  })
}

async function coldStart(bundle: string, name: string, aws: Aws): Promise<ColdStart> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'cold-child.mjs')], {
    env: {
      COLD_START: JSON.stringify({ bundle, event: eventFor(name, aws) }),
      ...VARIABLES,
      AWS_ENDPOINT_URL: aws.endpoint,
    },
  })
  return JSON.parse(stdout)
}

const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  USERS_TABLE: 'users',
  SESSIONS_TABLE: 'sessions',
  KEY_RING_SECRET: 'ring',
  ISSUER: 'https://issuer.example',
  AUDIENCE: 'lethe',
  CLIENT_ID: 'lethe',
  SESSION_IDLE_DAYS: '30',
  SESSION_ABSOLUTE_DAYS: '180',
  FILES_TABLE: 'files',
  FILES_BUCKET: 'bucket',
  QUOTA_MIB: '1',
  OPEN_UPLOADS: '1',
  SCANNER: 'none',
  UNSCANNABLE: 'blocked',
  FILE_WORK_URL: 'https://queue.example/work',
}

const PLAIN: Request = { zone: '', method: 'POST', path: '/', status: 200, body: () => ({}) }

function eventFor(name: string, aws: Aws) {
  const requests: { [entry: string]: Request } = REQUESTS
  const { method, path, id, body } = requests[name] ?? PLAIN
  const type = { 'content-type': 'application/json', accept: 'application/json' }
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path.replace('{id}', id ?? ''),
    headers: { authorization: `Bearer ${aws.accessToken}`, ...type },
    requestContext: { http: { method, path, sourceIp: '127.0.0.1' }, requestId: 'id' },
    ...(id ? { pathParameters: { id } } : {}),
    ...(body ? { body: JSON.stringify(body(aws)) } : {}),
    isBase64Encoded: false,
  }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

export function ratios(starts: Map<string, ColdStart[]>) {
  const plain = starts.get('plain') ?? []
  return [...starts].map(([name, samples]) => {
    const load = median(samples.map((start) => start.load))
    const answered = median(samples.map((start) => start.answered))
    const done = median(samples.map((start) => start.done))
    return {
      name,
      done,
      load,
      answered,
      loadRatio: load / median(plain.map((start) => start.load)),
      answeredRatio: answered / median(plain.map((start) => start.answered)),
    }
  })
}
