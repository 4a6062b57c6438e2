import { createHash } from 'node:crypto'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { publicKeyStore } from '../../../functions/keys/public-key-store.ts'
import { newSigningKey, publicPart } from '../../../functions/keys/signing-key.ts'
import { signAccessToken } from '../../../functions/sessions/access-token.ts'
import { anId } from '../../helpers/builders.ts'
import { type DynamoDb, startDynoxide, TABLES } from '../../helpers/dynamodb.ts'
import { uploadsIn } from '../../helpers/files.ts'
import { ask, json } from '../../helpers/gateway-event.ts'
import { signedIn } from '../../helpers/sessions.ts'
import { seedFiles } from './seeded-files.ts'

const FEW = 100
const MANY = 100_000
const PAGE = 100
const BLOCKS = 7
const SAMPLES = 500
const NAMES = { issuer: 'https://issuer.example', audience: 'lethe', clientId: 'lethe' }

type Handler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<{ statusCode: number; headers: Record<string, string>; body: string }>
type User = { bearer: string }
type Sample = (user: User) => Promise<number>
export type Comparison = { ratio: number; few: number; many: number }

/**
 * p99 of one with many files over p99 of one with few, at the handlers over one database that holds both. The two take
 * turns, so that whatever else the machine does hits both; of the blocks' ratios the median counts.
 */
export async function measureManyFiles(): Promise<{ list: Comparison; create: Comparison }> {
  const database = await startDynoxide()
  try {
    Object.assign(process.env, variables(database))
    const userWith = await users(database)
    const few = await userWith(FEW)
    const many = await userWith(MANY)
    const list = await compare(await lister(), few, many)
    return { list, create: await compare(await creator(database), few, many) }
  } finally {
    await database.stop()
  }
}

async function users(database: DynamoDb) {
  const key = await newSigningKey()
  const published = { kid: key.kid, state: 'current' as const, ...publicPart(key.jwk) }
  await publicKeyStore(database.db, TABLES.sessions).publish([published])
  return async (files: number) => {
    const { session } = await signedIn(database)
    await seedFiles(database, session.userId, files)
    return async (): Promise<User> => {
      const names = { ...NAMES, jti: anId(), now: Math.floor(Date.now() / 1000) }
      return { bearer: `Bearer ${await signAccessToken(key, session, names)}` }
    }
  }
}

/** The first page only: on dynoxide a page costs more the deeper it lies. */
async function lister(): Promise<Sample> {
  const { handler } = await import('../../../functions/files/list-children.ts')
  const path = { method: 'GET', path: '/folders/root/children', pathParameters: { id: 'root' } }
  return async ({ bearer }) => {
    const request = { ...path, query: { limit: String(PAGE) }, headers: { authorization: bearer } }
    const { body, ms } = await timed(handler, 200, request)
    if (body.items.length !== PAGE) throw new Error(`a page of ${body.items.length}`)
    return ms
  }
}

/** A single upload, given up at once, so that the quota and the open uploads stay as they are. */
async function creator(database: DynamoDb): Promise<Sample> {
  const { handler } = await import('../../../functions/uploads/create-upload.ts')
  const uploads = uploadsIn(database)
  const sha256 = createHash('sha256').digest('base64')
  return async ({ bearer }) => {
    const { headers, body } = json({ name: `new ${anId()}`, size: 1000, type: 'text/plain', sha256 })
    const request = { method: 'POST', path: '/files', headers: { ...headers, authorization: bearer }, body }
    const answer = await timed(handler, 201, request)
    const upload = await uploads.find(answer.body.upload.id)
    if (!upload) throw new Error('the upload is not there')
    await uploads.giveUp(upload, 'ended', upload.createdAt)
    return answer.ms
  }
}

async function timed(handler: Handler, expected: number, request: Parameters<typeof ask>[1]) {
  const start = performance.now()
  const { status, body } = await ask(handler, request)
  const ms = performance.now() - start
  if (status !== expected) throw new Error(`${request.method} ${request.path}: ${status} ${JSON.stringify(body)}`)
  return { body, ms }
}

type NewUser = () => Promise<User>

async function compare(sample: Sample, few: NewUser, many: NewUser): Promise<Comparison> {
  const blocks: Comparison[] = []
  // The first block warms everything up.
  for (let block = 0; block <= BLOCKS; block++) {
    const times = await inTurns(sample, await few(), await many())
    if (block > 0) blocks.push({ ratio: times.many / times.few, ...times })
  }
  const [middle] = blocks.toSorted((a, b) => a.ratio - b.ratio).slice(Math.floor(BLOCKS / 2))
  if (!middle) throw new Error('nothing was measured')
  return middle
}

/** Who comes first changes every time. */
async function inTurns(sample: Sample, few: User, many: User): Promise<{ few: number; many: number }> {
  const times: { few: number[]; many: number[] } = { few: [], many: [] }
  for (let count = 0; count < SAMPLES; count++) {
    const turns = count % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const)
    for (const turn of turns) times[turn].push(await sample(turn === 'few' ? few : many))
  }
  return { few: p99(times.few), many: p99(times.many) }
}

const p99 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN

const variables = ({ url }: DynamoDb) => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  SESSIONS_TABLE: TABLES.sessions,
  FILES_TABLE: TABLES.files,
  FILES_BUCKET: 'files',
  ISSUER: NAMES.issuer,
  AUDIENCE: NAMES.audience,
  QUOTA_MIB: '5120',
  OPEN_UPLOADS: '100',
  SCANNER: 'none',
})
