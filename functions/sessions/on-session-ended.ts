import { inspect } from 'node:util'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { mailQueue } from '../mail/wiring.ts'
import { prepared } from '../prepared.ts'
import type { EndReason } from './session.ts'

const REUSE: EndReason = 'reuse'

const needs = () => ({ queue: mailQueue() })

/** The owner gets a mail when a session ended because of token reuse. Records of one item come in order. */
export const handler = prepared(
  needs,
  async ({ queue }, { Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    for (const record of Records) {
      try {
        const reuse = reuseIn(record)
        if (reuse) await queue.send({ kind: 'token-reuse', ...reuse })
      } catch (error) {
        console.error(JSON.stringify({ eventId: record.eventID, error: inspect(error) }))
        // Lambda continues at the first failed record and does not deliver the records before it again.
        return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] }
      }
    }
    return { batchItemFailures: [] }
  },
)

function reuseIn({ dynamodb }: DynamoDBRecord) {
  const { NewImage, OldImage } = dynamodb ?? {}
  if (NewImage?.why?.S !== REUSE || OldImage?.endedAt) return undefined
  const { pk, sk, endedAt } = NewImage
  if (!pk?.S || !sk?.S || !endedAt?.N) throw new Error('not a session')
  return { userId: pk.S, sid: sk.S.slice('s#'.length), at: Number(endedAt.N) }
}
