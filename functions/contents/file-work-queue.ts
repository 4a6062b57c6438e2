import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { must, PATIENCE } from '../data/client.ts'
import type { FileWork } from './file-work.ts'

/** What takes longer than a request may, or must go on when it fails. */
export function fileWork(queueUrl: string) {
  const sqs = new SQSClient(PATIENCE)
  return {
    async send(work: FileWork): Promise<void> {
      await must(sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(work) })))
    },
  }
}
