import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JsonObject } from '../../model.ts'
import { queueUrl, startSqs } from '../../services/sqs.ts'
import { allow, functionWith, resource, startTestDoor } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const ARN = 'arn:aws:sqs:us-east-1:000000000000'
const queue = (name: string, properties: JsonObject = {}) =>
  resource('AWS::SQS::Queue', queueUrl('http://127.0.0.1:3002', name), properties)

async function started(queues = [queue('Mail')], folder = temporaryFolder()) {
  const sqs = await startSqs({ queues, folder })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= sqs.stop()
    return stopped
  }
  onTestFinished(stop)
  const { door, as } = await startTestDoor(functionWith('f', allow('sqs:*', `${ARN}:*`)), { sqs: sqs.service })
  onTestFinished(door.close)
  const client = new SQSClient(as('f'))
  const urlOf = (name: string) => queueUrl(door.url, name)
  const receive = async (name: string, more: object = {}) => {
    const command = new ReceiveMessageCommand({ QueueUrl: urlOf(name), MaxNumberOfMessages: 10, ...more })
    return (await client.send(command)).Messages ?? []
  }
  const send = (name: string, MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody }))
  return { client, door, folder, stop, urlOf, send, receive, put: sqs.put }
}

describe('a queue', () => {
  it('takes a message, gives it once, and forgets it when deleted', async () => {
    const { client, urlOf, send, receive } = await started()
    const { MessageId } = await send('Mail', '{"pendingId":"1"}')
    const [message] = await receive('Mail', { VisibilityTimeout: 1 })
    expect(message).toMatchObject({ MessageId, Body: '{"pendingId":"1"}' })
    expect(await receive('Mail')).toEqual([])
    const [again] = await receive('Mail', { WaitTimeSeconds: 5 })
    await client.send(new DeleteMessageCommand({ QueueUrl: urlOf('Mail'), ReceiptHandle: again?.ReceiptHandle }))
    expect(again?.MessageId).toBe(MessageId)
    const attributes = new GetQueueAttributesCommand({ QueueUrl: urlOf('Mail'), AttributeNames: ['All'] })
    expect((await client.send(attributes)).Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
    })
  })

  it('takes what AWS itself puts on it, and says when it does not', async () => {
    const { put, receive } = await started()
    await put('Mail', '{"source":"aws.s3"}')
    expect((await receive('Mail')).map(({ Body }) => Body)).toEqual(['{"source":"aws.s3"}'])
    await expect(put('None', '{}')).rejects.toThrow(/^queue None: .*queue does not exist/)
  })

  it('takes batches', async () => {
    const { client, urlOf, receive } = await started()
    const Entries = ['a', 'b'].map((MessageBody) => ({ Id: MessageBody, MessageBody }))
    const { Successful } = await client.send(new SendMessageBatchCommand({ QueueUrl: urlOf('Mail'), Entries }))
    expect(Successful).toHaveLength(2)
    expect((await receive('Mail')).map(({ Body }) => Body).sort()).toEqual(['a', 'b'])
  })

  it('has the attributes of the template, and SQS’s defaults for those taken out of it', async () => {
    const folder = temporaryFolder()
    const attributes = async ({ client, urlOf }: Awaited<ReturnType<typeof started>>) => {
      const command = new GetQueueAttributesCommand({ QueueUrl: urlOf('Mail'), AttributeNames: ['All'] })
      return (await client.send(command)).Attributes
    }
    const redrive = { deadLetterTargetArn: `${ARN}:Dead`, maxReceiveCount: 5 }
    const full = [
      queue('Mail', { VisibilityTimeout: 60, MessageRetentionPeriod: 1_209_600, RedrivePolicy: redrive }),
      queue('Dead'),
    ]
    const before = await started(full, folder)
    const seen = await attributes(before)
    expect(seen).toMatchObject({
      QueueArn: `${ARN}:Mail`,
      VisibilityTimeout: '60',
      MessageRetentionPeriod: '1209600',
      RedrivePolicy: JSON.stringify(redrive),
    })
    await before.stop()
    const after = await attributes(await started([queue('Mail'), queue('Dead')], folder))
    expect(after).toMatchObject({ VisibilityTimeout: '30', MessageRetentionPeriod: '345600' })
    expect(after?.RedrivePolicy).toBeUndefined()
  })

  it('keeps its messages over a restart', async () => {
    const before = await started()
    await before.send('Mail', 'kept')
    await before.stop()
    const { receive } = await started([queue('Mail')], before.folder)
    expect((await receive('Mail')).map(({ Body }) => Body)).toEqual(['kept'])
  })

  it('hands a message that fails too often to its dead-letter queue', async () => {
    const { send, receive } = await started([
      queue('Mail', { RedrivePolicy: { deadLetterTargetArn: `${ARN}:Dead`, maxReceiveCount: 2 } }),
      queue('Dead'),
    ])
    await send('Mail', 'poison')
    for (const attempt of [1, 2]) expect(await receive('Mail', { VisibilityTimeout: 0 }), `${attempt}`).toHaveLength(1)
    expect(await receive('Mail')).toEqual([])
    expect((await receive('Dead')).map(({ Body }) => Body)).toEqual(['poison'])
  })

  it('wakes a long poll at once', async () => {
    const { send, receive } = await started()
    const waiting = receive('Mail', { WaitTimeSeconds: 20 })
    await send('Mail', 'hello')
    expect((await waiting).map(({ Body }) => Body)).toEqual(['hello'])
  })

  it('does not keep a stop waiting for long polls', async () => {
    const { stop, receive } = await started()
    const waiting = receive('Mail', { WaitTimeSeconds: 20 }).catch(() => [])
    const begin = Date.now()
    await stop()
    expect(await waiting).toEqual([])
    expect(Date.now() - begin).toBeLessThan(10_000)
  })
})

describe('SQS', () => {
  it('gives queue URLs at the door', async () => {
    const { client, urlOf } = await started()
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'Mail' }))
    expect(QueueUrl).toBe(urlOf('Mail'))
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'None' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    })
  })

  it('is reached through the door alone: its own port is open on loopback only', async () => {
    type Server = { addresses(): { address: string }[] }
    const servers: Server[] = []
    const onServer = (message: unknown) => void servers.push((message as { fastify: Server }).fastify)
    subscribe('fastify.initialization', onServer)
    onTestFinished(() => void unsubscribe('fastify.initialization', onServer))
    await started()
    const addresses = servers.flatMap((server) => server.addresses())
    expect(addresses.map(({ address }) => address)).toEqual(['127.0.0.1'])
  })
})
