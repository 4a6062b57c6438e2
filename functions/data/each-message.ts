import { inspect } from 'node:util'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'

/** What failed stays in the queue and comes again; what keeps failing ends in the dead-letter queue. */
export function eachMessage(work: (body: string, now: number) => Promise<void>) {
  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = []
    for (const { messageId, body } of Records) {
      try {
        await work(body, Math.floor(Date.now() / 1000))
      } catch (error) {
        console.error(JSON.stringify({ messageId, error: inspect(error) }))
        batchItemFailures.push({ itemIdentifier: messageId })
      }
    }
    return { batchItemFailures }
  }
}
