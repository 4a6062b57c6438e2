import { randomUUID } from 'node:crypto'
import type { GivenUp } from './stream-batch.ts'

/** What Lambda sends to a mapping's on-failure destination. It tells which records, but not what is in them. */
export function failureRecord(source: { functionArn: string; streamArn: string; shardId: string }, what: GivenUp) {
  const { batch, condition, invokeCount, result } = what
  const [first, last] = [batch.at(0), batch.at(-1)]
  return {
    requestContext: {
      requestId: result?.requestId ?? randomUUID(),
      functionArn: source.functionArn,
      condition,
      approximateInvokeCount: invokeCount,
    },
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(result.functionError && { functionError: result.functionError }),
      },
    }),
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: source.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: timeOf(first?.createdAt),
      approximateArrivalOfLastRecord: timeOf(last?.createdAt),
      batchSize: batch.length,
      streamArn: source.streamArn,
    },
  }
}

function timeOf(epochSeconds = 0): string {
  return new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')
}
