import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type DynamoDb, TABLES } from './dynamodb.ts'
import { FILE_ACTIONS, FILES_BUCKET, fakeS3, fileActionOf, S3_FAULTS } from './fake-s3.ts'

/**
 * `throttled` and `broken` refuse the call, `lost` does its work and breaks the answer, `silent` never answers; `none`
 * lets one call pass. `belated` is S3's 200 with an error in it.
 */
export type Fault = 'throttled' | 'broken' | 'lost' | 'silent' | 'belated' | 'none'
type Answer = { status: number; body?: unknown; xml?: string; headers?: Record<string, string> }
type Call = { request: IncomingMessage; url: URL; path: string; action: string; body: string }
type Mail = { from: string; to: string; subject: string; text: string }

const QUEUES = { mail: '/queue/mail', fileWork: '/queue/file-work' }
export const ISSUER_BUCKET = 'issuer-documents'
const OTHER_ACTIONS: Record<string, string> = {
  'POST /v2/email/outbound-emails': 'ses:SendEmail',
  'PUT /cloudformation': 'http:AnswerCloudFormation',
}
const BROKEN: Answer = { status: 500, body: { __type: 'InternalServerError' } }
const ANSWERS_OF_FAULTS: Record<Exclude<Fault, 'none' | 'belated'>, Answer | undefined> = {
  throttled: { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } },
  broken: BROKEN,
  lost: BROKEN,
  silent: undefined,
}

/**
 * The AWS calls of one function under test: DynamoDB goes on to a real one and is measured on the way, of the other
 * services there is as much as the functions use. Any call can be made to fail.
 */
export async function startFakeCloud(database?: DynamoDb) {
  const calls: string[] = []
  const units = { read: 0, write: 0 }
  const mails: Mail[] = []
  const messages: unknown[] = []
  const secret: { value?: string; token?: string } = {}
  const s3 = fakeS3()
  const objects = new Map<string, { body: string; headers: IncomingMessage['headers'] }>()
  const answersToCloudFormation: { body: Record<string, unknown>; contentType: string | undefined }[] = []
  const faults = new Map<string, Fault[]>()
  const interludes = new Map<string, () => Promise<unknown>>()

  const services: { [action: string]: (call: Call) => Answer | Promise<Answer> } = {
    'secretsmanager:GetSecretValue': () =>
      secret.value === undefined
        ? { status: 400, body: { __type: 'ResourceNotFoundException' } }
        : { status: 200, body: { SecretString: secret.value } },
    'secretsmanager:PutSecretValue': ({ body }) => {
      const { SecretString, ClientRequestToken } = JSON.parse(body)
      if (ClientRequestToken === secret.token && SecretString !== secret.value) {
        return { status: 400, body: { __type: 'ResourceExistsException' } }
      }
      Object.assign(secret, { value: SecretString, token: ClientRequestToken })
      return { status: 200, body: {} }
    },
    'sqs:SendMessage': ({ body }) => {
      const { MessageBody, QueueUrl } = JSON.parse(body)
      if (!Object.values(QUEUES).some((queue) => QueueUrl.endsWith(queue)))
        return { status: 400, body: { __type: 'QueueDoesNotExist' } }
      messages.push(JSON.parse(MessageBody))
      const digest = createHash('md5').update(MessageBody).digest('hex')
      return { status: 200, body: { MessageId: `message-${messages.length}`, MD5OfMessageBody: digest } }
    },
    'ses:SendEmail': ({ body }) => {
      const { FromEmailAddress, Destination, Content } = JSON.parse(body)
      const { Subject, Body } = Content.Simple
      mails.push({
        from: FromEmailAddress,
        to: Destination.ToAddresses.join(),
        subject: Subject.Data,
        text: Body.Text.Data,
      })
      return { status: 200, body: { MessageId: `mail-${mails.length}` } }
    },
    's3:PutObject': ({ request, path, body }) => {
      objects.set(path, { body, headers: request.headers })
      return { status: 200 }
    },
    'http:GetIssuer': ({ path }) => {
      const found = objects.get(path)
      return found ? { status: 200, body: JSON.parse(found.body) } : { status: 404 }
    },
    'http:AnswerCloudFormation': ({ request, body }) => {
      answersToCloudFormation.push({ body: JSON.parse(body), contentType: request.headers['content-type'] })
      return { status: 200 }
    },
  }

  for (const action of FILE_ACTIONS) {
    services[action] = ({ request, url, body }) => s3.serve(action, { url, headers: request.headers, body })
  }

  async function forward({ request, action, body }: Call): Promise<Answer> {
    if (!database) throw new Error('this cloud has no DynamoDB')
    const response = await fetch(database.url, {
      method: 'POST',
      headers: headersOf(request, ['content-type', 'x-amz-target', 'x-amz-date', 'authorization']),
      body: JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'TOTAL' }),
    })
    const { ConsumedCapacity, ...answer } = (await response.json()) as Record<string, unknown>
    units[/:(GetItem|BatchGetItem|Query)$/.test(action) ? 'read' : 'write'] += unitsOf(ConsumedCapacity)
    return { status: response.status, body: answer }
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (given) => given && send(response, given),
      (error: unknown) => send(response, { status: 599, body: { message: String(error) } }),
    )
  })

  async function answer(request: IncomingMessage): Promise<Answer | undefined> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname
    const call = { request, url, path, action: actionOf(request, url), body: await text(request) }
    calls.push(call.action)
    const serve = services[call.action] ?? (call.action.startsWith('dynamodb:') ? forward : undefined)
    if (!serve) throw new Error(`nobody serves ${call.action}`)
    const fault = faults.get(call.action)?.shift()
    await interlude(call.action)
    if (fault === undefined || fault === 'none') return serve(call)
    if (fault === 'lost') await serve(call)
    return answerOf(fault, call.action)
  }

  /** What somebody else does between two calls of the function. */
  async function interlude(action: string): Promise<void> {
    const happening = interludes.get(action)
    interludes.delete(action)
    await happening?.()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}`

  return {
    url,
    calls,
    units,
    mails,
    messages,
    secret,
    objects,
    s3,
    answersToCloudFormation,
    variables: variablesFor(url),

    /** Each fault meets one of the next calls of this action. */
    fail(action: string, ...of: Fault[]): void {
      faults.set(action, of)
    },

    /** Lets something happen just before the next call of this action is served. */
    justBefore(action: string, happening: () => Promise<unknown>): void {
      interludes.set(action, happening)
    },

    /** Forgets what was called and sent, and every fault that is left. */
    forget(): void {
      for (const list of [calls, mails, messages, answersToCloudFormation]) list.length = 0
      Object.assign(units, { read: 0, write: 0 })
      faults.clear()
      interludes.clear()
    },

    async stop(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type FakeCloud = Awaited<ReturnType<typeof startFakeCloud>>

/** The bucket of files fails in XML, as S3 does. */
function answerOf(fault: Exclude<Fault, 'none'>, action: string): Answer | undefined {
  if (fault === 'belated' || (fault !== 'silent' && FILE_ACTIONS.includes(action))) return S3_FAULTS[fault]
  return ANSWERS_OF_FAULTS[fault]
}

function actionOf({ method, headers }: IncomingMessage, url: URL): string {
  const path = url.pathname
  const [target = '', action = ''] = String(headers['x-amz-target'] ?? '').split('.')
  if (target.startsWith('DynamoDB_')) return `dynamodb:${action}`
  if (target === 'secretsmanager') return `secretsmanager:${action}`
  if (target === 'AmazonSQS') return `sqs:${action}`
  if (path.startsWith(`/${ISSUER_BUCKET}/`)) return method === 'PUT' ? 's3:PutObject' : 'http:GetIssuer'
  return fileActionOf(method, url) ?? OTHER_ACTIONS[`${method} ${path}`] ?? `${target} ${method} ${path}`
}

function headersOf({ headers }: IncomingMessage, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]))
}

function unitsOf(consumed: unknown): number {
  if (Array.isArray(consumed)) return consumed.reduce<number>((sum, each) => sum + unitsOf(each), 0)
  return (consumed as { CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0
}

function send(response: ServerResponse, { status, body, xml, headers }: Answer): void {
  const type = xml === undefined ? 'application/x-amz-json-1.0' : 'application/xml'
  // By the clock of the test: the clients of AWS take a difference for a skew of their own clock.
  response.writeHead(status, { 'content-type': type, date: new Date().toUTCString(), ...headers })
  response.end(xml ?? (body === undefined ? '' : JSON.stringify(body)))
}

function variablesFor(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    USERS_TABLE: TABLES.users,
    SESSIONS_TABLE: TABLES.sessions,
    CODES_TABLE: TABLES.codes,
    MAIL_QUEUE_URL: `${url}${QUEUES.mail}`,
    FILES_TABLE: TABLES.files,
    FILES_BUCKET,
    FILE_WORK_URL: `${url}${QUEUES.fileWork}`,
    QUOTA_MIB: '100',
    OPEN_UPLOADS: '10',
    SCANNER: 'none',
    UNSCANNABLE: 'blocked',
    KEY_RING_SECRET: 'key-ring',
    ISSUER_BUCKET,
    MAIL_FROM: 'no-reply@example.com',
    ISSUER: `${url}/${ISSUER_BUCKET}`,
    AUDIENCE: 'lethe',
    CLIENT_ID: 'app',
    SESSION_IDLE_DAYS: '30',
    SESSION_ABSOLUTE_DAYS: '180',
    APP_URL: 'https://app.example.com/verify',
    PRODUCT_NAME: 'Lethe',
    PASSWORD_MEMORY_MIB: '8',
    MAIL_GAP_SECONDS: '60',
  }
}
