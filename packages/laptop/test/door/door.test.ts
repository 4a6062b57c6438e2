import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AwsError } from '../../door/aws-error.ts'
import type { Service, ServiceName } from '../../door/call.ts'
import { DEV } from '../../door/credentials.ts'
import { openDoor } from '../../door/door.ts'
import type { JsonObject } from '../../model.ts'
import { allow, deny, functionWith, startTestDoor, TABLE_ARN } from './test-door.ts'

const USERS = `${TABLE_ARN}/Users`
const Key = { pk: { S: 'a' } }
const get = new GetItemCommand({ TableName: 'Users', Key })
const put = new PutItemCommand({ TableName: 'Users', Item: Key })

async function started(grants: JsonObject[] = [], services: Partial<Record<ServiceName, Service>> = {}) {
  const running = await startTestDoor(functionWith('sign-in', ...grants), services)
  onTestFinished(running.door.close)
  return running
}

async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => new Error('it was answered'),
    (thrown) => thrown,
  )
  return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode }
}

describe('the door', () => {
  it('passes a granted call of each service on, whole', async () => {
    const { as, arrived, observed } = await started([
      allow('dynamodb:PutItem', USERS),
      allow('s3:PutObject', 'arn:aws:s3:::docs/*'),
      allow('sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:Mail'),
      allow('ses:SendEmail', 'arn:aws:ses:us-east-1:000000000000:identity/example.com'),
      allow('secretsmanager:GetSecretValue', '*'),
    ])
    const config = as('sign-in')
    const QueueUrl = `${config.endpoint}/000000000000/Mail`
    await new DynamoDBClient(config).send(put)
    await new S3Client(config).send(new PutObjectCommand({ Bucket: 'docs', Key: 'a b/ü', Body: 'text' }))
    const unread = new SQSClient({ ...config, md5: false })
    await unread.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }))
    await new SESv2Client(config).send(new SendEmailCommand({ FromEmailAddress: 'a@example.com', Content: {} }))
    await new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'Keys' }))
    expect(arrived.map(({ operation }) => operation)).toEqual([
      'PutItem',
      'PutObject',
      'SendMessage',
      'SendEmail',
      'GetSecretValue',
    ])
    expect(arrived[0]?.input).toEqual({ TableName: 'Users', Item: Key })
    expect(arrived[1]).toMatchObject({ path: '/docs/a%20b/%C3%BC', body: Buffer.from('text') })
    expect(observed.actions().denied).toEqual({})
    expect(observed.actions().allowed['sign-in']).toHaveLength(5)
  })

  it('takes an upload of unknown hash out of its chunks and hands its checksum on', async () => {
    const { as, arrived } = await started([allow('s3:PutObject', '*')])
    const body = Readable.from([Buffer.from('hello '), Buffer.from('world')])
    const command = new PutObjectCommand({ Bucket: 'docs', Key: 'k', Body: body, ContentLength: 11 })
    await new S3Client(as('sign-in')).send(command)
    expect(arrived[0]?.body.toString()).toBe('hello world')
    expect(arrived[0]?.upload?.trailers).toEqual({ 'x-amz-checksum-crc32': 'DUoRhQ==' })
    expect(arrived[0]?.headers['content-encoding']).toBeUndefined()
  })

  it('denies what no policy allows, in the words of DynamoDB, and tells the person at the terminal', async () => {
    const { as, arrived, observed, reported } = await started([allow('dynamodb:GetItem', USERS)])
    const client = new DynamoDBClient(as('sign-in'))
    const message =
      'User: arn:aws:sts::000000000000:assumed-role/sign-in-role/sign-in is not authorized to perform: dynamodb:PutItem ' +
      `on resource: ${USERS} because no identity-based policy allows the dynamodb:PutItem action`
    expect(await failureOf(client.send(put))).toEqual({ name: 'AccessDeniedException', message, status: 400 })
    expect(arrived).toEqual([])
    expect(observed.actions()).toEqual({ allowed: {}, denied: { 'sign-in': ['dynamodb:PutItem'] } })
    expect(reported).toEqual([`dynamodb AccessDeniedException: ${message}`])
  })

  it('denies in the words of each other service', async () => {
    const { as } = await started()
    const config = as('sign-in')
    const QueueUrl = `${config.endpoint}/000000000000/Mail`
    expect(
      await failureOf(new S3Client(config).send(new GetObjectCommand({ Bucket: 'docs', Key: 'k' }))),
    ).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('s3:GetObject on resource: "arn:aws:s3:::docs/k" because no identity-based'),
    })
    expect(
      await failureOf(new SQSClient(config).send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }))),
    ).toMatchObject({ name: 'AccessDeniedException', status: 403, message: expect.stringContaining('sqs:SendMessage') })
    expect(
      await failureOf(new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 'Keys' }))),
    ).toMatchObject({ name: 'AccessDeniedException', status: 400 })
    expect(
      await failureOf(
        new SESv2Client(config).send(new SendEmailCommand({ FromEmailAddress: 'a@example.com', Content: {} })),
      ),
    ).toMatchObject({
      name: 'AccessDeniedException',
      status: 403,
      message:
        "User `arn:aws:sts::000000000000:assumed-role/sign-in-role/sign-in' is not authorized to perform " +
        "`ses:SendEmail' on resource `arn:aws:ses:us-east-1:000000000000:identity/a@example.com'",
    })
  })

  it('says which kind of policy denied explicitly', async () => {
    const { as } = await started([allow('dynamodb:*', USERS), deny('dynamodb:PutItem', '*')])
    const client = new DynamoDBClient(as('sign-in'))
    expect((await failureOf(client.send(put))).message).toMatch(/ with an explicit deny in an identity-based policy$/)
    await client.send(get)
  })

  it('denies a transaction of which one part is not granted', async () => {
    const parts = (...ungranted: JsonObject[]) => [allow('dynamodb:PutItem', USERS), ...ungranted]
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: 'Users', Item: Key } },
        {
          ConditionCheck: { TableName: 'Users', Key: { pk: { S: 'b' } }, ConditionExpression: 'attribute_exists(pk)' },
        },
      ],
    })
    const without = await started(parts(allow('dynamodb:TransactWriteItems', '*')))
    const refused = await failureOf(new DynamoDBClient(without.as('sign-in')).send(transaction))
    expect(refused.message).toContain('dynamodb:ConditionCheckItem')
    const within = await started(parts(allow('dynamodb:ConditionCheckItem', USERS)))
    await new DynamoDBClient(within.as('sign-in')).send(transaction)
    expect(within.arrived).toHaveLength(1)
  })

  it('knows dev, and no name that is not in the template', async () => {
    const { as, arrived } = await started([allow('dynamodb:PutItem', USERS)])
    await new DynamoDBClient(as(DEV)).send(put)
    expect(arrived).toHaveLength(1)
    expect(await failureOf(new DynamoDBClient(as('sign-out')).send(put))).toMatchObject({
      name: 'UnrecognizedClientException',
      status: 400,
    })
  })

  it('refuses a wrong secret', async () => {
    const { as, observed } = await started([allow('*', '*')])
    const config = as('sign-in')
    const wrong = { ...config, credentials: { ...config.credentials, secretAccessKey: 'guessed' } }
    expect(await failureOf(new DynamoDBClient(wrong).send(put))).toMatchObject({ name: 'InvalidSignatureException' })
    expect(await failureOf(new S3Client(wrong).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })))).toMatchObject({
      name: 'SignatureDoesNotMatch',
      status: 403,
    })
    expect(observed.actions()).toEqual({ allowed: {}, denied: {} })
  })

  it('refuses an operation it does not know although everything is granted', async () => {
    const { as, reported } = await started([allow('*', '*')])
    const command = new GetObjectCommand({ Bucket: 'docs', Key: 'k', VersionId: '1' })
    expect(await failureOf(new S3Client(as('sign-in')).send(command))).toMatchObject({
      name: 'NotImplemented',
      status: 501,
    })
    expect(reported).toEqual([expect.stringContaining('versionId')])
  })

  it('answers a service’s own error in AWS’s words and hides what broke in a service', async () => {
    const refusing = async () => {
      throw new AwsError('NoSuchKey', 404, 'The specified <key> does not exist.')
    }
    const broken = async () => {
      throw new TypeError('secret detail')
    }
    const { as, reported } = await started([allow('*', '*')], { s3: refusing, dynamodb: broken })
    const read = new S3Client(as('sign-in')).send(new GetObjectCommand({ Bucket: 'docs', Key: 'k' }))
    expect(await failureOf(read)).toMatchObject({ name: 'NoSuchKey', message: 'The specified <key> does not exist.' })
    expect(reported).toEqual([])
    const failure = await failureOf(new DynamoDBClient(as('sign-in')).send(put))
    expect(failure).toMatchObject({ name: 'InternalServerError', status: 500 })
    expect(failure.message).not.toContain('secret detail')
    expect(reported).toEqual([expect.stringContaining('secret detail')])
  })

  it('answers 503 until it is given something to serve', async () => {
    const door = await openDoor({ host: '127.0.0.1', port: 0 })
    onTestFinished(door.close)
    expect((await fetch(door.url)).status).toBe(503)
  })

  it('refuses an unsigned request and one whose query says a thing twice', async () => {
    const { door } = await started([allow('*', '*')])
    expect((await fetch(`${door.url}/docs/k`)).status).toBe(403)
    expect((await fetch(`${door.url}/docs/k?a=1&a=2`)).status).toBe(400)
    expect((await fetch(`${door.url}/docs/k?a=%zz`)).status).toBe(400)
  })

  it('tells a waiting service when its client hangs up', async () => {
    const { promise: aborted, resolve: onAbort } = Promise.withResolvers<void>()
    const { promise: waiting, resolve: onWaiting } = Promise.withResolvers<void>()
    const longPoll: Service = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          onAbort()
          reject(signal.reason)
        })
        onWaiting()
      })
    const { as, reported } = await started([allow('*', '*')], { dynamodb: longPoll })
    const abort = new AbortController()
    const call = new DynamoDBClient(as('sign-in')).send(get, { abortSignal: abort.signal }).catch(() => 'hung up')
    await waiting
    abort.abort()
    expect(await call).toBe('hung up')
    await aborted
    expect(reported).toEqual([])
  })

  it('keeps its connections', async () => {
    const { door } = await started()
    const header = await new Promise<unknown>((resolve, reject) => {
      httpRequest(door.url, (response) => {
        response.resume()
        resolve(response.headers['keep-alive'])
      })
        .on('error', reject)
        .end()
    })
    expect(header).toBe('timeout=75')
  })
})
