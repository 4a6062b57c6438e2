import { inspect } from 'node:util'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { config } from '../config.ts'
import { mailQueue } from '../mail/mail-queue.ts'
import type { EndReason } from './session.ts'

const queue = mailQueue(config.mailQueueUrl())
const REUSE: EndReason = 'reuse'

/** A session that ended because its refresh token was used twice is told to its owner. Records of one item come in order. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of Records) {
    try {
      const reuse = reuseIn(record)
      if (reuse) await queue.send({ kind: 'token-reuse', ...reuse })
    } catch (error) {
      console.error(JSON.stringify({ eventId: record.eventID, error: inspect(error) }))
      // The stream goes on from the first failure; what went before is not delivered again.
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] }
    }
  }
  return { batchItemFailures: [] }
}

function reuseIn({ dynamodb }: DynamoDBRecord) {
  const { NewImage, OldImage } = dynamodb ?? {}
  if (NewImage?.why?.S !== REUSE || OldImage?.endedAt) return undefined
  const { pk, sk, endedAt } = NewImage
  if (!pk?.S || !sk?.S || !endedAt?.N) throw new Error('not a session')
  return { userId: pk.S, sid: sk.S.slice('s#'.length), at: Number(endedAt.N) }
}
