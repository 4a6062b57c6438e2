import { expect, test } from 'vitest'
import { failedItems } from '../../lambda/batch-response.ts'
import type { InvokeResult } from '../../lambda/model.ts'

const result = (answer: unknown): InvokeResult => ({
  payload: JSON.stringify(answer),
  cold: false,
  milliseconds: 1,
  requestId: 'r',
})
const items = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
})

test('a function error fails the whole batch', () => {
  expect(failedItems({ ...result(items()), functionError: 'Unhandled' }, true, ['a'])).toBe('all')
})

test('without ReportBatchItemFailures the answer means nothing', () => {
  expect(failedItems(result(items('a')), false, ['a', 'b'])).toBe('none')
})

test.each([null, {}, { batchItemFailures: null }, { batchItemFailures: [] }])('%j reports no failure', (answer) => {
  expect(failedItems(result(answer), true, ['a', 'b'])).toBe('none')
})

test('reported items failed', () => {
  expect(failedItems(result(items('b', 'a')), true, ['a', 'b', 'c'])).toEqual(new Set(['a', 'b']))
})

test.each([
  items(''),
  items(null),
  items(7),
  items('stranger'),
  { batchItemFailures: [{ identifier: 'a' }] },
  { batchItemFailures: ['a'] },
  { batchItemFailures: 'a' },
  'text',
])('%j cannot be understood, so the whole batch failed', (answer) => {
  expect(failedItems(result(answer), true, ['a', 'b'])).toBe('all')
})
