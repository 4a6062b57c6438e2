import {
  BatchGetItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb'
import { LetheError } from '../domain/errors.ts'
import type { Gate, Session } from '../domain/session.ts'
import { fromItem, type Item, isRefused, jitter, must, named, toItem, values } from './database.ts'
import { sessionEnding } from './session-ending.ts'
import { gateKey, type SessionRef, sessionKey, sessionOf, ttlOf, WITHIN_LIMITS } from './session-items.ts'
import { sessionRotation } from './session-rotation.ts'
import { ABSENT, putIn, table } from './table.ts'

export type SessionStore = ReturnType<typeof sessionStore>
export type SessionState = { gate: Gate | undefined; session: Session | undefined }

const READ_RETRIES = 2

/** For the transaction that creates a user. */
export function putGate(tableName: string, userId: string): TransactWriteItem {
  return putIn(
    tableName,
    { ...gateKey(userId), ...toItem({ status: 'active', epoch: 1, roles: [] }) },
    { only: ABSENT },
  )
}

export function sessionStore(db: DynamoDBClient, tableName: string) {
  const items = table(db, tableName)

  /** What was not read is not absent: it is asked for again. */
  async function readItems(keys: Item[], retry = 0): Promise<Item[]> {
    const request = new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } } })
    const { Responses, UnprocessedKeys } = await must(db.send(request))
    const found = Responses?.[tableName] ?? []
    const missed = UnprocessedKeys?.[tableName]?.Keys ?? []
    if (missed.length === 0) return found
    if (retry === READ_RETRIES) throw new LetheError('store_unavailable')
    await jitter(retry)
    return [...found, ...(await readItems(missed, retry + 1))]
  }

  return {
    ...sessionRotation(items),
    ...sessionEnding(items),

    async readGate(userId: string): Promise<Gate | undefined> {
      const item = await items.get(gateKey(userId))
      return item && fromItem<Gate>(item)
    },

    /** Gate and session by one strongly consistent call. */
    async read(ref: SessionRef): Promise<SessionState> {
      const found = await readItems([gateKey(ref.userId), sessionKey(ref)])
      const gate = found.find(({ sk }) => sk?.S === 'gate')
      const session = found.find(({ sk }) => sk?.S !== 'gate')
      return { gate: gate && fromItem<Gate>(gate), session: session && sessionOf(session) }
    },

    async create(session: Session): Promise<void> {
      const { userId, sid, ...fields } = session
      const item = { ...sessionKey({ userId, sid }), ...toItem({ ...fields, ttl: ttlOf(session) }) }
      if (isRefused(await items.put(item, { only: ABSENT }))) throw new LetheError('store_unavailable')
    },

    /** One page of a user's sessions in the order of their ids, those that ended or expired left out. */
    async page(userId: string, after: string | undefined, limit: number, now: number) {
      const key = '#pk = :pk AND begins_with(#sk, :prefix)'
      const request = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: key,
        FilterExpression: WITHIN_LIMITS,
        ExpressionAttributeNames: named(key, WITHIN_LIMITS),
        ExpressionAttributeValues: values({ pk: userId, prefix: 's#', now }),
        ConsistentRead: true,
        Limit: limit,
        ...(after ? { ExclusiveStartKey: sessionKey({ userId, sid: after }) } : {}),
      })
      const { Items, LastEvaluatedKey } = await must(db.send(request))
      return { sessions: (Items ?? []).map(sessionOf), last: LastEvaluatedKey?.sk?.S?.slice('s#'.length) }
    },
  }
}
