import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynoxideBinary } from '@lethe/laptop/services/dynoxide-binary.ts'
import { addressOf, type Contender, PASSWORD, PORT, type Running, type Session, type Users } from '../contender.ts'
import type { Answer, HttpClient } from '../http-client.ts'
import { startServer } from '../server-process.ts'
import { bundleHandler } from './bundle-handler.ts'
import { startGateway } from './start-gateway.ts'

const TABLE = 'yardstick'
const ISSUER = 'http://localhost'
const AUDIENCE = 'yardstick'
const DYNAMODB = `http://127.0.0.1:${PORT + 1}`

/**
 * The floor of what a local stack of Lethe's shape can do: a gateway with an RS256 authorizer, isolated processes on the
 * Lambda Runtime API, and the DynamoDB emulator that Lethe uses too. A session is read from its row at every check.
 */
export const yardstick: Contender = { start, users }

async function start(): Promise<Running> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'lethe-yardstick-'))
  parts.defer(() => rm(folder, { recursive: true }))
  const command = dynoxideBinary({ toolFolder: folder, report: console.log })
  const dynamodb = await startServer({ command, args: ['serve', '--port', String(PORT + 1)], answers: DYNAMODB })
  parts.defer(dynamodb.stop)
  await createTable()
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const gateway = await startGateway({
    tokens: { publicKey, issuer: ISSUER, audience: AUDIENCE },
    environment: {
      TABLE,
      ISSUER,
      AUDIENCE,
      SIGNING_KEY: privateKey,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'yardstick',
      AWS_SECRET_ACCESS_KEY: 'yardstick',
      AWS_ENDPOINT_URL_DYNAMODB: DYNAMODB,
    },
    routes: [
      { key: 'POST /users', handlerFile: await bundleHandler('signUp', folder) },
      { key: 'POST /sessions', handlerFile: await bundleHandler('signIn', folder) },
      { key: 'GET /me', handlerFile: await bundleHandler('checkSession', folder), protectedRoute: true },
      { key: 'POST /sessions/refresh', handlerFile: await bundleHandler('refresh', folder) },
    ],
  })
  parts.defer(gateway.stop)
  const running = parts.move()
  return { pids: [gateway.pid, dynamodb.pid], stop: () => running.disposeAsync() }
}

async function createTable(): Promise<void> {
  const credentials = { accessKeyId: 'yardstick', secretAccessKey: 'yardstick' }
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: DYNAMODB, credentials })
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  client.destroy()
}

type Tokens = { accessToken: string; refreshToken: string }
const tokensIn = ({ text }: Answer): Tokens => JSON.parse(text)

function users({ ask }: HttpClient): Users {
  const credentials = (user: number) => ({ json: { email: addressOf(user), password: PASSWORD } })

  function session(tokens: Tokens): Session {
    return {
      check: () => ask('GET', '/me', { headers: { authorization: `Bearer ${tokens.accessToken}` } }),
      async refresh() {
        const { refreshToken } = tokens
        tokens = tokensIn(await ask('POST', '/sessions/refresh', { json: { refreshToken } }))
      },
    }
  }

  return {
    signUp: (user) => ask('POST', '/users', credentials(user)),
    signIn: async (user) => session(tokensIn(await ask('POST', '/sessions', credentials(user)))),
  }
}
