import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model.ts'
import { openTtlLedger, type TtlLedger } from '../../services/ttl-ledger.ts'
import { temporaryFolder } from '../temporary-folder.ts'

type Expiry = Parameters<TtlLedger['add']>[0]

const NOW = Date.now()
const keys = { pk: { S: 'a' }, sk: { S: 'b' } }
const expiry: Expiry = { table: 'Codes', keys, attribute: 'ttl', value: { N: '1' }, at: NOW }

const removal = (change: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  eventName: 'REMOVE',
  dynamodb: {
    Keys: { sk: { S: 'b' }, pk: { S: 'a' } },
    ApproximateCreationDateTime: Math.floor(NOW / 1000),
    ...change,
  },
  ...more,
})

describe('a TTL deletion in the ledger', () => {
  it.each<[expected: boolean, what: string, table: string, record: JsonObject]>([
    [true, 'its removal by keys alone', 'Codes', removal()],
    [true, 'its removal with the image it had', 'Codes', removal({ OldImage: { ...keys, ttl: { N: '1' } } })],
    [false, 'the removal of an item with another time', 'Codes', removal({ OldImage: { ...keys, ttl: { N: '2' } } })],
    [false, 'a removal at another time', 'Codes', removal({ ApproximateCreationDateTime: NOW / 1000 + 3 })],
    [false, 'a removal in another table', 'Users', removal()],
    [false, 'the removal of another item', 'Codes', removal({ Keys: { ...keys, pk: { S: 'z' } } })],
    [false, 'a change', 'Codes', removal({}, { eventName: 'MODIFY' })],
  ])('explains (%s) %s', (expected, _what, table, record) => {
    const ledger = openTtlLedger(join(temporaryFolder(), 'ledger.jsonl'))
    ledger.add(expiry)
    expect(ledger.explains(table, record)).toBe(expected)
  })
})

describe('the ledger', () => {
  it('forgets a deletion that did not happen', () => {
    const ledger = openTtlLedger(join(temporaryFolder(), 'ledger.jsonl'))
    ledger.add(expiry)
    ledger.withdraw(expiry)
    expect(ledger.explains('Codes', removal())).toBe(false)
  })

  it('survives a restart, also one in the middle of a line, and forgets what no stream holds any more', () => {
    const path = join(temporaryFolder(), 'ledger.jsonl')
    const before = openTtlLedger(path)
    before.add(expiry)
    const dayOld = { ...expiry, keys: { pk: { S: 'old' } }, at: NOW - 26 * 3600_000 }
    before.add(dayOld)
    appendFileSync(path, '{"table":"Co')
    const after = openTtlLedger(path)
    expect(after.explains('Codes', removal())).toBe(true)
    const ofOld = { Keys: dayOld.keys, ApproximateCreationDateTime: dayOld.at / 1000 }
    expect(before.explains('Codes', removal(ofOld))).toBe(true)
    expect(after.explains('Codes', removal(ofOld))).toBe(false)
  })
})
