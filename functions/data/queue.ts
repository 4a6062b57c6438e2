import { inspect } from 'node:util'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { once } from '../once.ts'
import { type Prepared, prepared } from '../prepared.ts'
import { must, PATIENCE } from './client.ts'

/** One client in a process: it keeps the connection. */
const sqs = once(() => new SQSClient(PATIENCE))

export type Queue<Message> = { send(message: Message): Promise<void> }

export function queue<Message>(url: string): Queue<Message> {
  return {
    async send(message) {
      await must(sqs().send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message) })))
    },
  }
}

/** A message that fails stays in the queue and comes again. One that keeps failing goes to the dead-letter queue. */
export function eachMessage<N>(
  needs: () => N,
  work: (has: N, body: string, now: number) => Promise<void>,
): Prepared<[SQSEvent], Promise<SQSBatchResponse>> {
  return prepared(needs, async (has, { Records }: SQSEvent) => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = []
    for (const { messageId, body } of Records) {
      try {
        await work(has, body, Math.floor(Date.now() / 1000))
      } catch (error) {
        console.error(JSON.stringify({ messageId, error: inspect(error) }))
        batchItemFailures.push({ itemIdentifier: messageId })
      }
    }
    return { batchItemFailures }
  })
}
