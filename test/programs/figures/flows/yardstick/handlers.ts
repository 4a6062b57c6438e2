// The least work that each flow of Lethe's shape can be: no audit, no limits, no logs. Each handler becomes a bundle.
import { argon2, hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { importPKCS8, SignJWT } from 'jose'

type Event = { body: string; requestContext: { authorizer: { jwt: { claims: Record<string, string> } } } }
type Item = Record<string, AttributeValue>

const { TABLE: TableName, SIGNING_KEY = '', ISSUER = '', AUDIENCE = '' } = process.env
const REFRESH_SECONDS = 30 * 24 * 3600

const db = new DynamoDBClient({ maxAttempts: 1 })
const signingKey = importPKCS8(SIGNING_KEY, 'RS256')
const argon2id = promisify(argon2)

const S = (text: string) => ({ S: text })
const now = () => Math.floor(Date.now() / 1000)
const sum = (text: string) => hash('sha256', text, 'base64url')
const emailKey = (email: string) => ({ pk: S(`EMAIL#${email.trim().toLowerCase()}`), sk: S('EMAIL') })
const sessionKey = (id: string) => ({ pk: S(`SESSION#${id}`), sk: S('SESSION') })

function answer(statusCode: number, body: object) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { statusCode, headers, body: JSON.stringify(body) }
}

function hashPassword(message: string, nonce: Buffer): Promise<Buffer> {
  return argon2id('argon2id', { message, nonce, memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 })
}

async function accessToken(userId: string, sessionId: string): Promise<string> {
  return new SignJWT({ sid: sessionId, role: 'user', permissions: ['user:read:self', 'file:read:own'] })
    .setProtectedHeader({ alg: 'RS256', kid: 'only' })
    .setSubject(userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(await signingKey)
}

async function openSession(userId: string, put: (item: Item) => Promise<unknown>) {
  const id = randomUUID()
  const secret = randomBytes(32).toString('base64url')
  const expiry = { N: String(now() + REFRESH_SECONDS) }
  const item = { ...sessionKey(id), user: S(userId), secretHash: S(sum(secret)), expiry }
  const [token] = await Promise.all([accessToken(userId, id), put(item)])
  return { accessToken: token, refreshToken: `${id}.${secret}`, expiresIn: 900 }
}

export async function signUp({ body }: Event) {
  const { email, password } = JSON.parse(body)
  if (password.length < 12) return answer(400, { message: 'short password' })
  const id = randomUUID()
  const salt = randomBytes(16)
  const stored = { salt: { B: salt }, passwordHash: { B: await hashPassword(password, salt) } }
  const byEmail = { ...emailKey(email), user: S(id), ...stored }
  const profile = { pk: S(`USER#${id}`), sk: S('PROFILE'), email: S(email), createdAt: { N: String(now()) } }
  const tokens = await openSession(id, (session) => {
    const TransactItems = [
      { Put: { TableName, Item: byEmail, ConditionExpression: 'attribute_not_exists(pk)' } },
      { Put: { TableName, Item: profile } },
      { Put: { TableName, Item: session } },
    ]
    return db.send(new TransactWriteItemsCommand({ TransactItems }))
  })
  return answer(201, { user: { id, email }, ...tokens })
}

export async function signIn({ body }: Event) {
  const { email, password } = JSON.parse(body)
  const { Item: user } = await db.send(new GetItemCommand({ TableName, Key: emailKey(email) }))
  const { salt, passwordHash, user: id } = user ?? {}
  const given = await hashPassword(password, Buffer.from(salt?.B ?? randomBytes(16)))
  if (!passwordHash?.B || !id?.S || !timingSafeEqual(given, passwordHash.B))
    return answer(401, { message: 'wrong credentials' })
  const put = (Item: Item) => db.send(new PutItemCommand({ TableName, Item }))
  return answer(200, await openSession(id.S, put))
}

export async function checkSession({ requestContext }: Event) {
  const { sid = '', role } = requestContext.authorizer.jwt.claims
  const { Item: session } = await db.send(new GetItemCommand({ TableName, Key: sessionKey(sid) }))
  if (!session) return answer(401, { message: 'ended session' })
  return answer(200, { user: { id: session.user?.S, role }, session: { id: sid } })
}

export async function refresh({ body }: Event) {
  const [id, secret] = JSON.parse(body).refreshToken.split('.')
  const next = randomBytes(32).toString('base64url')
  const { Attributes: session } = await db.send(
    new UpdateItemCommand({
      TableName,
      Key: sessionKey(id),
      UpdateExpression: 'SET secretHash = :next, previousHash = :now',
      ConditionExpression: 'secretHash = :now',
      ExpressionAttributeValues: { ':next': S(sum(next)), ':now': S(sum(secret)) },
      ReturnValues: 'ALL_NEW',
    }),
  )
  const token = await accessToken(session?.user?.S ?? '', id)
  return answer(200, { accessToken: token, refreshToken: `${id}.${next}`, expiresIn: 900 })
}
