import { setTimeout as sleep } from 'node:timers/promises'
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { GetQueueAttributesCommand, ListQueuesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'

export const REGION = 'us-east-1'
export const ACCOUNT = '000000000000'
/** The root user of the emulated account. */
export const ROOT_USER = { accessKeyId: 'test', secretAccessKey: 'test' }

export function accountSettings(endpoint: string) {
  return { endpoint, region: REGION, credentials: ROOT_USER }
}

/** SES sends from verified domains only. */
export async function verifySender(endpoint: string, domain: string): Promise<void> {
  await new SESv2Client(accountSettings(endpoint)).send(new CreateEmailIdentityCommand({ EmailIdentity: domain }))
}

const MESSAGES_IN = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const

export async function openMailQueue(endpoint: string) {
  const sqs = new SQSClient(accountSettings(endpoint))
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'LetheState-Mail' }))
  const [QueueUrl] = QueueUrls
  if (QueueUrl === undefined || QueueUrls.length > 1) throw new Error(`expected one mail queue, found [${QueueUrls}]`)
  return {
    /** Messages that are sent from now on wait that long before anyone can receive them. */
    async delay(seconds: number): Promise<void> {
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: String(seconds) } }))
    },

    /** Until nothing waits, is delayed, or is being worked on. */
    async runsEmpty(withinSeconds: number): Promise<void> {
      for (const deadline = Date.now() + withinSeconds * 1000; ; await sleep(500)) {
        const { Attributes } = await sqs.send(
          new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...MESSAGES_IN] }),
        )
        const left = MESSAGES_IN.reduce((sum, name) => sum + Number(Attributes?.[name]), 0)
        if (left === 0) return
        if (Date.now() > deadline) throw new Error(`${left} messages are in the mail queue after ${withinSeconds} s`)
      }
    },
  }
}
