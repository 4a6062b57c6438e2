import { inspect } from 'node:util'
import {
  errorTypeRegistries,
  SendMessageCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-sqs'
import { getRecursionDetectionPlugin } from '@aws-sdk/core/client'
import { Md5 } from '@smithy/core/checksum'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { type Prepared, prepared } from '../prepared.ts'
import type { AwsPlace } from './aws-place.ts'
import { jsonClient, must } from './client.ts'

export function sqsClient(place: AwsPlace) {
  const client = jsonClient<ServiceInputTypes, ServiceOutputTypes>(place, {
    service: 'sqs',
    version: '1.0',
    serviceTarget: 'AmazonSQS',
    defaultNamespace: 'com.amazonaws.sqs',
    errorTypeRegistries,
    awsQueryCompatible: true,
    // With it the command compares what SQS has received with what was sent.
    forCommands: { md5: Md5 },
  })
  // By this header Lambda notices functions that invoke each other without end.
  client.middlewareStack.use(getRecursionDetectionPlugin({ runtime: 'node' }))
  return client
}

type Sqs = Pick<ReturnType<typeof sqsClient>, 'send'>

export type Queue<Message> = { send(message: Message): Promise<void> }

export function queue<Message>(sqs: Sqs, url: string): Queue<Message> {
  return {
    async send(message) {
      await must(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message) })))
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
