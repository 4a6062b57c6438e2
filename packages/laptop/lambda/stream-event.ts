import type { _Record } from '@aws-sdk/client-dynamodb-streams'
import type { Json, JsonObject } from '../model.ts'

/** A stream record as a function sees it. */
export type StreamEventRecord = {
  sequenceNumber: string
  /** Epoch seconds. */
  createdAt: number
  event: JsonObject
}

export function streamEventRecord(record: _Record, streamArn: string): StreamEventRecord {
  const { dynamodb: change = {}, userIdentity } = record
  const createdAt = Math.floor((change.ApproximateCreationDateTime?.getTime() ?? 0) / 1000)
  const event: JsonObject = {
    eventID: record.eventID ?? null,
    eventName: record.eventName ?? null,
    eventVersion: record.eventVersion ?? null,
    eventSource: 'aws:dynamodb',
    awsRegion: streamArn.split(':')[3] ?? null,
    dynamodb: plain({ ...change, ApproximateCreationDateTime: createdAt }),
    eventSourceARN: streamArn,
  }
  if (userIdentity) {
    event.userIdentity = { principalId: userIdentity.PrincipalId ?? null, type: userIdentity.Type ?? null }
  }
  return { sequenceNumber: change.SequenceNumber ?? '', createdAt, event }
}

/** Attribute values as JSON: binary as base64. */
function plain(value: unknown): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value as Json
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]))
}
