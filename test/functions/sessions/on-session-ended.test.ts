import type { AttributeValue, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { anId, NOW } from '../../helpers/builders.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'

let cloud: FakeCloud
let handler: typeof import('../../../functions/sessions/on-session-ended.ts').handler

beforeAll(async () => {
  cloud = await startFakeCloud()
  Object.assign(process.env, cloud.variables)
  ;({ handler } = await import('../../../functions/sessions/on-session-ended.ts'))
})
afterAll(() => cloud.stop())
beforeEach(() => {
  cloud.forget()
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

type Image = Record<string, AttributeValue>
const USER = anId()
const SID = anId()
const LIVING: Image = { pk: { S: USER }, sk: { S: `s#${SID}` }, gen: { N: '2' } }
const ENDED: Image = { ...LIVING, endedAt: { N: String(NOW) } }
const REUSED: Image = { ...ENDED, why: { S: 'reuse' } }

let sequence = 0
function change(OldImage: Image | undefined, NewImage: Image | undefined): DynamoDBRecord {
  sequence++
  const images = { ...(OldImage ? { OldImage } : {}), ...(NewImage ? { NewImage } : {}) }
  return { eventID: `event-${sequence}`, dynamodb: { SequenceNumber: String(sequence), ...images } }
}
const watch = (...Records: DynamoDBRecord[]) => handler({ Records } as DynamoDBStreamEvent)

describe('the watch over the Sessions stream', () => {
  it('has the owner told of a session that ended by reuse', async () => {
    expect(await watch(change(LIVING, REUSED))).toEqual({ batchItemFailures: [] })
    expect(cloud.messages).toEqual([{ kind: 'token-reuse', userId: USER, sid: SID, at: NOW }])
  })

  it.each<[string, Image | undefined, Image | undefined]>([
    ['a session that began', undefined, LIVING],
    ['a rotation', LIVING, { ...LIVING, gen: { N: '3' } }],
    ['a session that its owner ended', LIVING, { ...ENDED, why: { S: 'ended' } }],
    ['a later change of one that had ended by reuse', REUSED, { ...REUSED, ttl: { N: '1' } }],
    ['the reason given to one that had ended before', ENDED, REUSED],
    ['its deletion by TTL', REUSED, undefined],
    ['a gate', { pk: { S: USER }, sk: { S: 'gate' } }, { pk: { S: USER }, sk: { S: 'gate' }, epoch: { N: '2' } }],
    ['the public keys', undefined, { pk: { S: 'keys' }, sk: { S: 'public' } }],
  ])('is silent about %s', async (_, before, after) => {
    expect(await watch(change(before, after))).toEqual({ batchItemFailures: [] })
    expect(cloud.messages).toEqual([])
  })

  it('says it once for a session whose records come in one batch, and in their order', async () => {
    const other = anId()
    const reused = { ...REUSED, sk: { S: `s#${other}` } }
    await watch(
      change(undefined, LIVING),
      change(LIVING, REUSED),
      change(REUSED, { ...REUSED, ttl: { N: '1' } }),
      change({ ...LIVING, sk: { S: `s#${other}` } }, reused),
    )
    expect(cloud.messages).toMatchObject([{ sid: SID }, { sid: other }])
  })

  it('puts neither token, hash nor address into the queue', async () => {
    const full = { ...REUSED, cur: { S: 'a hash' }, sealed: { S: 'a seal' }, ip: { S: '192.0.2.7' } }
    await watch(change(LIVING, full))
    expect(Object.keys(cloud.messages[0] as object).toSorted()).toEqual(['at', 'kind', 'sid', 'userId'])
  })

  it('reports the first record whose message could not be sent, and goes no further', async () => {
    const records = [0, 1, 2].map((at) => change(LIVING, { ...REUSED, sk: { S: `s#${at}` } }))
    await watch(records[0]!)
    cloud.fail('sqs:SendMessage', 'broken', 'broken', 'broken')
    expect(await watch(records[1]!, records[2]!)).toEqual({
      batchItemFailures: [{ itemIdentifier: records[1]?.dynamodb?.SequenceNumber }],
    })
    // One for the first record, three tries for the second, none for the third.
    expect(cloud.calls).toEqual(Array(4).fill('sqs:SendMessage'))
    expect(cloud.messages).toMatchObject([{ sid: '0' }])
  })

  it('keeps what went before the failure out of the report', async () => {
    const [first, second] = [change(LIVING, REUSED), change(LIVING, { ...REUSED, endedAt: { NULL: true } })]
    expect(await watch(first, second)).toEqual({
      batchItemFailures: [{ itemIdentifier: second.dynamodb?.SequenceNumber }],
    })
    expect(cloud.messages).toHaveLength(1)
  })
})
