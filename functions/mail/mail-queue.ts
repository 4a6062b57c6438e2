import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { must, PATIENCE } from '../data/client.ts'
import type { MailMessage } from './message.ts'

export function mailQueue(queueUrl: string) {
  const sqs = new SQSClient(PATIENCE)
  return {
    async send(message: MailMessage): Promise<void> {
      await must(sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) })))
    },
  }
}
