import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { onTestFinished } from 'vitest'
import type { Resource } from '../../model.ts'

export const NO_CREDENTIALS = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' }

/** An SQS endpoint on the loopback address, with one queue; stopped after the test. */
export async function startQueue(name: string, attributes: Record<string, string> = {}) {
  const app = buildApp({ logger: false })
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials: NO_CREDENTIALS })
  onTestFinished(async () => {
    client.destroy()
    await app.close()
  })
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
  const url = `${endpoint}/000000000000/${name}`
  const arn = `arn:aws:sqs:us-east-1:000000000000:${name}`
  const resource: Resource = {
    ...{ stack: 'SampleState', logicalId: name, type: 'AWS::SQS::Queue', properties: {}, ref: url },
    attributes: { Arn: arn },
  }
  /** How many messages the queue holds: visible, and in flight. */
  const count = async () => {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] })
    const { Attributes = {} } = await client.send(command)
    return names.map((attribute) => Number(Attributes[attribute]))
  }
  return { client, endpoint, url, arn, resource, count }
}
