import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync } from 'node:fs'
import type { Service } from '../door/call.ts'
import { queueName } from '../door/queue-arn.ts'
import { ACCOUNT, type JsonObject, type Resource } from '../model.ts'
import { type BackendRequest, connectBackend } from './backend.ts'

export type Sqs = {
  service: Service
  /** For messages that AWS itself puts on a queue. */
  put(queueName: string, body: string): Promise<void>
  stop(): Promise<void>
}

export function queueUrl(doorUrl: string, name: string): string {
  return `${doorUrl}/${ACCOUNT}/${name}`
}

/** The queues among the resources. fauxqs keeps them in this process; only the door can reach it. */
export async function startSqs({ queues, folder }: { queues: Resource[]; folder: string }): Promise<Sqs> {
  mkdirSync(folder, { recursive: true })
  const { startFauxqs } = await import('fauxqs')
  const fauxqs = await onLoopback(() => startFauxqs({ port: 0, logger: false, dataDir: folder }))
  const backend = connectBackend(fauxqs.address, ['content-type', 'x-amzn-query-error'])
  const send = (operation: string, sending: Omit<BackendRequest, 'headers'>) =>
    backend.send({
      ...sending,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    })
  const order = async (operation: string, name: string, input: JsonObject) => {
    const body = JSON.stringify({ QueueUrl: queueUrl(fauxqs.address, name), ...input })
    const answer = await send(operation, { body })
    if (answer.status !== 200) throw new Error(`queue ${name}: ${answer.body}`)
  }
  for (const queue of queues.filter(({ type }) => type === 'AWS::SQS::Queue')) {
    const name = queueName(queue.ref)
    if (fauxqs.inspectQueue(name) === undefined) fauxqs.createQueue(name)
    await order('SetQueueAttributes', name, { Attributes: attributesOf(queue) })
  }
  return {
    async service(call) {
      const answer = await send(call.operation, { body: call.body, signal: call.signal })
      if (call.operation !== 'GetQueueUrl' || answer.status !== 200) return answer
      // Clients send to the host in a queue's URL: it must be the door's.
      const url = queueUrl(`http://${call.headers.host}`, String(call.input.QueueName))
      return { ...answer, body: JSON.stringify({ QueueUrl: url }) }
    },
    put: (name, body) => order('SendMessage', name, { MessageBody: body }),
    async stop() {
      await fauxqs.stop()
      backend.close()
    },
  }
}

type FastifyServer = { listen: (options: { port: number; host: string }) => Promise<string> }

/** fauxqs listens on all addresses and has no option for that. But Fastify announces each server before it listens. */
async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const bind = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyServer }
    const listen = fastify.listen.bind(fastify)
    fastify.listen = (options) => listen({ ...options, host: '127.0.0.1' })
  }
  subscribe('fastify.initialization', bind)
  const started = start()
  unsubscribe('fastify.initialization', bind)
  return started
}

/** SQS's own defaults: they apply again when a property is removed from the template. */
const DEFAULTS: JsonObject = {
  DelaySeconds: 0,
  MaximumMessageSize: 262_144,
  MessageRetentionPeriod: 345_600,
  ReceiveMessageWaitTimeSeconds: 0,
  RedrivePolicy: '',
  VisibilityTimeout: 30,
}

/** CloudFormation has numbers and objects; the API wants texts. */
function attributesOf({ properties }: Resource): JsonObject {
  const attributes: JsonObject = {}
  for (const [name, byDefault] of Object.entries(DEFAULTS)) {
    const value = properties[name] ?? byDefault
    attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  return attributes
}
