import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEV, deriveCredentials } from '@lethe/laptop/door/credentials.ts'
import { presigner } from '../../../functions/contents/presigner.ts'
import { httpHandler } from '../../../functions/data/http-handler.ts'
import { anUpload } from '../../helpers/files.ts'
import { becomeUser } from '../../helpers/people.ts'
import { letheApi } from '../browser/lethe-api.ts'
import { startLaptop } from '../laptop/laptop.ts'
import { uploadInParts } from './upload-in-parts.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const ROUNDS = 3

export type LaptopUploads = { copies: number[]; uploads: number[]; peakMb: number }

/**
 * Seconds of copying and hashing 1 GiB in one process, in turn with those of uploading it in parts; then a single PUT of
 * 2 GiB. The peak is of the laptop cloud's own process, over all of it.
 */
export async function measureLaptopUploads(): Promise<LaptopUploads> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-uploads-'))
  await using parts = new AsyncDisposableStack()
  parts.defer(() => rm(folder, { recursive: true }))
  const state = join(folder, 'state')
  const source = join(folder, 'source')
  await writeRandom(source, GIB)
  const laptop = await startLaptop({ state, flags: [] })
  parts.defer(async () => void (await laptop.stop()))
  const { accessToken } = await becomeUser(laptop)
  const call = letheApi({ api: laptop.api, accessToken: () => accessToken })
  const copies: number[] = []
  const uploads: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // A new file each time, as each upload is: writing over an old one takes half as long.
    const copy = join(folder, `copy ${round}`)
    copies.push(await seconds(() => copyAndHash(source, copy)))
    await rm(copy)
    let file = ''
    uploads.push(
      await seconds(async () => {
        file = await uploadInParts(call, source, `round ${round}`)
      }),
    )
    await scanned(call, file)
  }
  await putTwice(source, await presignedPut(call, laptop.door, state, source))
  return { copies, uploads, peakMb: peakOf(state) }
}

/** The scanner reads the file once it is there: what is measured next must not share the machine with it. */
async function scanned(call: ReturnType<typeof letheApi>, file: string): Promise<void> {
  while ((await call<{ scan: string }>('GET', `/files/${file}`)).scan === 'pending') await sleep(100)
}

/** As safe as S3 keeps it: on the disk, not only in memory. */
async function copyAndHash(from: string, to: string): Promise<void> {
  const hash = createHash('sha256')
  const copy = await open(to, 'w')
  for await (const chunk of createReadStream(from, { highWaterMark: MIB })) {
    hash.update(chunk)
    await copy.write(chunk)
  }
  hash.digest()
  await copy.sync()
  await copy.close()
}

/** The API sends nothing above 16 MiB as one PUT, so this URL is signed as the functions sign theirs. */
async function presignedPut(call: ReturnType<typeof letheApi>, door: string, state: string, source: string) {
  const sha256 = createHash('sha256').digest('base64')
  const { put } = await call<{ put: { url: string } }>('POST', '/files', { json: { name: 'none', size: 0, sha256 } })
  const bucket = new URL(put.url).pathname.split('/')[1] ?? ''
  const credentials = deriveCredentials(readFileSync(join(state, 'seed'), 'utf8').trim(), DEV)
  const place = { bucket, region: 'us-east-1', credentials, endpoint: door, clientEndpoint: door }
  const urls = presigner(place, httpHandler({ connectionTimeout: 1000, requestTimeout: 2000 }, 'http:'))
  const hash = createHash('sha256')
  for await (const chunk of twice(source)) hash.update(chunk)
  const upload = anUpload({ size: 2 * GIB, sum: hash.digest('base64') })
  return urls.put(upload, Math.floor(Date.now() / 1000))
}

async function* twice(path: string): AsyncIterable<Buffer> {
  for (let time = 0; time < 2; time++) yield* createReadStream(path, { highWaterMark: MIB })
}

async function putTwice(source: string, { url, headers }: { url: string; headers: Record<string, string> }) {
  const put = request(url, { method: 'PUT', headers: { ...headers, 'content-length': 2 * GIB } })
  const answered = once(put, 'response') as Promise<[IncomingMessage]>
  const [[response]] = await Promise.all([answered, pipeline(Readable.from(twice(source)), put)])
  const body = await text(response)
  if (response.statusCode !== 200) throw new Error(`PUT of 2 GiB: ${response.statusCode} ${body}`)
}

/** The most memory that the process with this state ever had. */
function peakOf(state: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const line = commandOf(pid)
    if (!line.includes('packages/laptop/main.ts') || !line.includes(state)) continue
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return (Number(peak) * 1024) / 1e6
  }
  throw new Error('the laptop cloud is not among the processes')
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It ended meanwhile.
    return []
  }
}

async function writeRandom(path: string, size: number): Promise<void> {
  const file = await open(path, 'w')
  for (let at = 0; at < size; at += 16 * MIB) await file.write(randomBytes(16 * MIB))
  await file.close()
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
