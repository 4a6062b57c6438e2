import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { codeStore } from '../../../functions/accounts/code-store.ts'
import { putUser, userStore } from '../../../functions/accounts/user-store.ts'
import { publicKeyStore } from '../../../functions/keys/public-key-store.ts'
import { mailLogStore } from '../../../functions/mail/mail-log-store.ts'
import { sessionStore } from '../../../functions/sessions/session-store.ts'
import { aPending, aProfile, aSession, NOW } from '../../helpers/builders.ts'
import { rotationTo } from '../../helpers/sessions.ts'

const db = new DynamoDBClient({ region: 'us-east-1' })
const dynamo = mockClient(db)
beforeEach(() => {
  dynamo.reset()
})

const sessions = sessionStore(db, 'Sessions')
const users = userStore(db, 'Users')
const codes = codeStore(db, 'Codes')
const log = mailLogStore(db, 'Codes', 60)
const keys = publicKeyStore(db, 'Sessions')
const session = aSession()
const pending = aPending()
const profile = aProfile()
const rotation = rotationTo(session, 'presented', 'next', NOW)
const unavailable = { code: 'store_unavailable' }

/** Every call that a store makes. */
const CALLS: Record<string, () => Promise<unknown>> = {
  'sessions.readGate': () => sessions.readGate(session.userId),
  'sessions.read': () => sessions.read(session),
  'sessions.create': () => sessions.create(session),
  'sessions.rotate': () => sessions.rotate(rotation, { token: session.cur, family: session.fam }),
  'sessions.reissue': () => sessions.reissue(rotation, { presented: 'parent', gen: 2 }),
  'sessions.markSeen': () => sessions.markSeen(session, 1),
  'sessions.endForReuse': () => sessions.endForReuse(session, session.fam, NOW),
  'sessions.end': () => sessions.end(session, NOW),
  'sessions.endAll': () => sessions.endAll(session.userId),
  'sessions.endOthers': () => sessions.endOthers(session, 1, NOW),
  'sessions.page': () => sessions.page(session.userId, undefined, 10, NOW),
  'users.findLogin': () => users.findLogin(profile.login),
  'users.findProfile': () => users.findProfile(profile.id),
  'users.replaceHash': () => users.replaceHash(profile.login, 'from', 'to'),
  'users.rename': () => users.rename(profile.id, 'Joan', 1),
  'users.remove': () => users.remove(profile.id, 'Sessions', [], NOW),
  'codes.putPending': () => codes.putPending(pending),
  'codes.findPending': () => codes.findPending(pending.id, NOW),
  'codes.setCodes': () => codes.setCodes(pending.id, { tokenHash: 'hash', codePhc: 'hash' }, NOW),
  'codes.takeTry': () => codes.takeTry(pending.id, NOW),
  'codes.turnIntoUser': () => codes.turnIntoUser(pending, putUser('Users', profile, 'hash'), NOW),
  'mailLog.claim': () => log.claim('event', NOW),
  'mailLog.done': () => log.done('event'),
  'mailLog.allow': () => log.allow(profile.login, 'event', NOW),
  'publicKeys.find': () => keys.find('kid', NOW),
  'publicKeys.reach': () => keys.reach(NOW),
  'publicKeys.publish': () => keys.publish([]),
}

const FAULTS = [
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  'ECONNREFUSED',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ValidationException',
  'ItemCollectionSizeLimitExceededException',
]

const fault = (name: string) => Object.assign(new Error(`${name} for a test`), { name })
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: 'Transaction cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  })

describe.each(Object.keys(CALLS))('%s never answers for a store that fails', (name) => {
  it.each(FAULTS)('%s', async (kind) => {
    dynamo.onAnyCommand().rejects(fault(kind))
    const cause = { name: kind }
    await expect(CALLS[name]?.()).rejects.toMatchObject({ ...unavailable, cause })
  })
})

describe('keys that were not processed', () => {
  const gateItem = {
    pk: { S: session.userId },
    sk: { S: 'gate' },
    status: { S: 'active' },
    epoch: { N: '1' },
    roles: { L: [] },
  }
  const keyOf = (sk: string) => ({ pk: { S: session.userId }, sk: { S: sk } })
  const unprocessed = (...sks: string[]) => ({ Sessions: { Keys: sks.map(keyOf), ConsistentRead: true } })
  const reads = () => dynamo.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input.RequestItems?.Sessions)

  it('are asked for again, alone and as strongly, and are not taken for absent', async () => {
    const sessionItem = { ...keyOf(`s#${session.sid}`), gen: { N: '3' } }
    dynamo
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: { Sessions: [gateItem] }, UnprocessedKeys: unprocessed(`s#${session.sid}`) })
      .resolvesOnce({ Responses: { Sessions: [sessionItem] }, UnprocessedKeys: {} })
    expect(await sessions.read(session)).toMatchObject({ gate: { epoch: 1 }, session: { gen: 3, sid: session.sid } })
    expect(reads()[1]).toEqual({ Keys: [keyOf(`s#${session.sid}`)], ConsistentRead: true })
  })

  it('are asked for at most twice more, and then the store is unavailable', async () => {
    dynamo.on(BatchGetItemCommand).resolves({
      Responses: { Sessions: [gateItem] },
      UnprocessedKeys: unprocessed(`s#${session.sid}`),
    })
    await expect(sessions.read(session)).rejects.toMatchObject(unavailable)
    expect(reads()).toHaveLength(3)
  })
})

describe('a transaction', () => {
  const others = () => sessions.endOthers(session, 1, NOW)
  const sent = () => dynamo.commandCalls(TransactWriteItemsCommand).length

  it('that met a conflict is tried again', async () => {
    dynamo.on(TransactWriteItemsCommand).rejectsOnce(cancelled('TransactionConflict', 'None')).resolves({})
    expect(await others()).toBe(true)
    expect(sent()).toBe(2)
  })

  it('that meets conflicts is tried at most twice more, and then the store is unavailable', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('None', 'TransactionConflict'))
    await expect(others()).rejects.toMatchObject(unavailable)
    expect(sent()).toBe(3)
  })

  it.each([
    ['ThrottlingError', 'None'],
    ['None', 'ProvisionedThroughputExceeded'],
    ['ValidationError', 'None'],
    ['None', 'None'],
    [],
  ])('cancelled by %s %s says nothing about its conditions', async (...codes) => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled(...codes.map(String)))
    await expect(others()).rejects.toMatchObject(unavailable)
    expect(sent()).toBe(1)
  })

  it('whose condition failed is not tried again, whatever else stood in its way', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('ConditionalCheckFailed', 'TransactionConflict'))
    expect(await others()).toBe(false)
    expect(sent()).toBe(1)
  })

  it.each([
    ['the sign-up was used', ['ConditionalCheckFailed', 'None', 'None'], 'used'],
    ['the address is taken', ['None', 'ConditionalCheckFailed', 'None'], 'taken'],
    ['both', ['ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'], 'used'],
  ])('of a verification tells why: %s', async (_, codesOfReasons, outcome) => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled(...codesOfReasons))
    expect(await CALLS['codes.turnIntoUser']?.()).toBe(outcome)
  })
})

describe('a single write', () => {
  const conflict = new TransactionConflictException({ $metadata: {}, message: 'Transaction is ongoing' })
  const refused = new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' })
  const sent = () => dynamo.commandCalls(UpdateItemCommand).length

  it('that met a transaction is tried again', async () => {
    dynamo.on(UpdateItemCommand).rejectsOnce(conflict).resolves({})
    expect(await sessions.end(session, NOW)).toBe(true)
    expect(sent()).toBe(2)
  })

  it('that meets transactions is tried at most twice more, and then the store is unavailable', async () => {
    dynamo.on(UpdateItemCommand).rejects(conflict)
    await expect(sessions.end(session, NOW)).rejects.toMatchObject(unavailable)
    expect(sent()).toBe(3)
  })

  it('whose condition failed is not tried again', async () => {
    dynamo.on(UpdateItemCommand).rejects(refused)
    expect(await sessions.end(session, NOW)).toBe(false)
    expect(sent()).toBe(1)
  })

  it('that failed otherwise was repeated by its client already, and is not tried again', async () => {
    dynamo.on(UpdateItemCommand).rejects(fault('ThrottlingException'))
    await expect(sessions.end(session, NOW)).rejects.toMatchObject(unavailable)
    expect(sent()).toBe(1)
  })
})
