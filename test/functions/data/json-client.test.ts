import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  errorTypeRegistries,
  GetItemCommand,
  PutItemCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../functions/data/client.ts'
import { JsonClient } from '../../../functions/data/json-client.ts'

const WAITS = { connectionTimeout: 1000, requestTimeout: 400 }
const HOUR = 3_600_000
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'a secret', sessionToken: 'a token' }
const place = { region: 'eu-central-1', credentials }
type Send = (client: Database) => Promise<{ $metadata: { attempts?: number | undefined } }>
const get: Send = (client) =>
  client.send(new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'ü' } }, ConsistentRead: true }))
const put: Send = (client) => client.send(new PutItemCommand({ TableName: 'table', Item: { pk: { S: 'a' } } }))
const transaction: Send = (client) => client.send(new TransactWriteItemsCommand({ TransactItems: [] }))

/** What the server does with one request. */
type Turn = (request: IncomingMessage, response: ServerResponse) => void
type Seen = { headers: IncomingHttpHeaders; body: string }

const answers =
  (status: number, body: unknown, headers = {}): Turn =>
  (_, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers }).end(text)
  }
const refuses = (code: string, more = {}, headers = {}) =>
  answers(400, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: `${code}!`, ...more }, headers)
const finds = answers(200, { Item: { pk: { S: 'ü' }, n: { N: '1' }, list: { L: [{ S: 'a' }] } } })
const cuts: Turn = ({ socket }) => socket.destroy()
const cutsTheBody: Turn = (_, response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{"Item":')
  setTimeout(() => response.destroy(), 20)
}
const isSilent: Turn = () => undefined

let turns: Turn[] = []
let seen: Seen[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (piece) => {
    body += piece
  })
  request.on('end', () => {
    seen.push({ headers: request.headers, body })
    const turn = turns.shift() ?? finds
    turn(request, response)
  })
})
let address: URL

/** The clients that must behave in the same way. */
const clients: Record<'plain' | 'thin', () => Database> = {
  plain: () =>
    new DynamoDBClient({
      ...place,
      endpoint: address.href,
      maxAttempts: 3,
      requestHandler: { ...WAITS, throwOnRequestTimeout: true },
    }),
  thin: () =>
    new JsonClient<ServiceInputTypes, ServiceOutputTypes>({
      ...place,
      address,
      service: 'dynamodb',
      version: '1.0',
      serviceTarget: 'DynamoDB_20120810',
      defaultNamespace: 'com.amazonaws.dynamodb',
      errorTypeRegistries,
      waits: WAITS,
      tries: { maxAttempts: 3, delay: 25 },
    }),
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  turns = []
  seen = []
})

async function outcomeOf(client: Database, send: Send) {
  try {
    const { $metadata, ...output } = await send(client)
    return { output, attempts: $metadata.attempts, requests: seen.length }
  } catch (error) {
    const { name, $metadata, $fault, ...fields } = error as Error & Record<string, unknown>
    const { httpStatusCode, attempts } = ($metadata ?? {}) as Record<string, unknown>
    const { code, Item, CancellationReasons } = fields
    const prototype = Object.getPrototypeOf(error).constructor.name
    return { name, prototype, $fault, httpStatusCode, attempts, code, Item, CancellationReasons, requests: seen.length }
  }
}

const FOUND = { output: { Item: { pk: { S: 'ü' }, n: { N: '1' }, list: { L: [{ S: 'a' }] } } } }
const blocking = { pk: { S: 'a' }, n: { N: '7' }, list: { L: [{ S: 'b' }] } }
const html = answers(503, '<html>busy</html>', { 'content-type': 'text/html' })
const thrice = (turn: Turn) => [turn, turn, turn]

const FAULTS: [what: string, turns: Turn[], expected: object, send?: Send][] = [
  ['nothing wrong', [], { ...FOUND, attempts: 1 }],
  ['an empty answer', [answers(200, '{}')], { output: {}, requests: 1 }],
  ['an answer without a body', [answers(200, '')], { output: {}, requests: 1 }],
  ['a connection cut once', [cuts], { ...FOUND, attempts: 2, requests: 2 }],
  ['a connection cut at every try', thrice(cuts), { name: 'TimeoutError', code: 'ECONNRESET', requests: 3 }],
  ['an answer cut in its middle', [cutsTheBody], { ...FOUND, requests: 2 }],
  ['no answer in time', [isSilent], { ...FOUND, requests: 2 }],
  ['never an answer', thrice(isSilent), { name: 'TimeoutError', requests: 3 }],
  ['throttling once', [refuses('ProvisionedThroughputExceededException')], { ...FOUND, requests: 2 }],
  [
    'throttling at every try',
    thrice(refuses('ThrottlingException')),
    { name: 'ThrottlingException', prototype: 'ThrottlingException', requests: 3 },
  ],
  ['a failure of the service', [answers(500, { __type: 'x#InternalServerError' })], { ...FOUND, requests: 2 }],
  ['a failure that is no JSON', [html], { ...FOUND, requests: 2 }],
  ['nothing but failures that are no JSON', thrice(html), { httpStatusCode: 503, requests: 3 }],
  ['a refusal that is no JSON', [answers(400, 'no')], { httpStatusCode: 400, requests: 1 }],
  ['a refusal without a body', [answers(400, '')], { httpStatusCode: 400, requests: 1 }],
  ['a garbled answer', [answers(200, '{"Item":')], { name: 'SyntaxError', httpStatusCode: 200, requests: 1 }],
  ['a redirect', [answers(307, '', { location: 'http://127.0.0.1:1/' })], { httpStatusCode: 307, requests: 1 }],
  ['an unknown refusal', [refuses('SomethingNew')], { name: 'SomethingNew', requests: 1 }],
  ['a denial', [refuses('AccessDeniedException')], { name: 'AccessDeniedException', requests: 1 }],
  [
    'a clock that is behind',
    [refuses('InvalidSignatureException', {}, { date: new Date(Date.now() + HOUR).toUTCString() })],
    { ...FOUND, requests: 2 },
  ],
  [
    'a failed condition',
    [refuses('ConditionalCheckFailedException', { Item: blocking })],
    { prototype: ConditionalCheckFailedException.name, Item: blocking, requests: 1 },
    put,
  ],
  [
    'a cancelled transaction',
    [
      refuses('TransactionCanceledException', {
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: blocking }],
      }),
    ],
    {
      prototype: TransactionCanceledException.name,
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: blocking }],
      requests: 1,
    },
    transaction,
  ],
  [
    'a transaction under way',
    [refuses('TransactionInProgressException'), answers(200, '{}')],
    { requests: 2 },
    transaction,
  ],
]

describe.each(['plain', 'thin'] as const)('the %s client', (name) => {
  it.each(FAULTS)('with %s', async (_, script, expected, send = get) => {
    turns = [...script]
    expect(await outcomeOf(clients[name](), send)).toMatchObject(expected)
  })
})

it.each(FAULTS)('has the same outcome as the plain client with %s', async (_, script, __, send = get) => {
  turns = [...script]
  const plain = await outcomeOf(clients.plain(), send)
  seen = []
  turns = [...script]
  expect(await outcomeOf(clients.thin(), send)).toEqual(plain)
})

it('fails like the plain client where nothing listens', async () => {
  const listening = address
  address = new URL('http://127.0.0.1:1')
  const plain = await outcomeOf(clients.plain(), get)
  const thin = await outcomeOf(clients.thin(), get)
  address = listening
  expect(plain).toMatchObject({ code: 'ECONNREFUSED', attempts: 3 })
  expect(thin).toEqual(plain)
})

it('signs the next try by the clock of AWS', async () => {
  turns = [refuses('InvalidSignatureException', {}, { date: new Date(Date.now() + HOUR).toUTCString() })]
  await get(clients.thin())
  const [first = 0, second = 0] = seen.map(({ headers }) => timeOf(headers))
  expect((second - first) / HOUR).toBeCloseTo(1, 1)
})

it('sends what the plain client sends, without what AWS counts for its own statistics', async () => {
  await get(clients.plain())
  await get(clients.thin())
  const [plain, thin] = seen.map(({ headers, body }) => ({ names: Object.keys(headers).sort(), body }))
  const statistics = ['user-agent', 'x-amz-user-agent']
  expect(thin).toEqual({ ...plain, names: plain?.names.filter((header) => !statistics.includes(header)) })
})

it('gives each transaction a token of its own, and each of its tries the same', async () => {
  const client = clients.thin()
  turns = [cuts, answers(200, '{}'), answers(200, '{}')]
  await transaction(client)
  await transaction(client)
  const [first, again, other] = seen.map(({ body }) => JSON.parse(body).ClientRequestToken)
  expect(first).toMatch(/^[0-9a-f-]{36}$/)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

it('keeps the token that a command brings', async () => {
  turns = [answers(200, '{}')]
  await clients.thin().send(new TransactWriteItemsCommand({ TransactItems: [], ClientRequestToken: 'mine' }))
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ TransactItems: [], ClientRequestToken: 'mine' })
})

it.each([get, put, transaction])('signs as the signer of the SDK does', async (send) => {
  const client = clients.thin()
  for (let time = 0; time < 2; time++) {
    await send(client)
    await expectSignatureOfSdk(seen.at(-1) as Seen)
  }
})

it('derives a new key on a new day', async () => {
  const client = clients.thin()
  const later = new Date(Date.now() + 25 * HOUR).toUTCString()
  turns = [finds, refuses('InvalidSignatureException', {}, { date: later })]
  await get(client)
  await get(client)
  await expectSignatureOfSdk(seen.at(-1) as Seen)
})

/** What arrived, signed again by the SDK's signer. */
async function expectSignatureOfSdk({ headers, body }: Seen): Promise<void> {
  const { authorization, connection: _, ...signed } = headers as Record<string, string>
  const signer = new SignatureV4({ ...place, service: 'dynamodb', sha256: Sha256 })
  const request = { method: 'POST', protocol: 'http:', hostname: address.hostname, path: '/', headers: signed, body }
  const again = await signer.sign(request, { signingDate: new Date(timeOf(headers)) })
  expect(authorization).toBe(again.headers.authorization)
}

function timeOf(headers: IncomingHttpHeaders): number {
  const text = String(headers['x-amz-date'])
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
